package dev.falcon.cli;

import picocli.CommandLine.IVersionProvider;

/** The running version, as the jar's manifest tells it. */
final class Version implements IVersionProvider {

    static String running() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[]{"falcon " + running() + " (Java " + Runtime.version() + ")"};
    }
}
