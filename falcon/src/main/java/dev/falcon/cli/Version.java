package dev.falcon.cli;

import picocli.CommandLine.IVersionProvider;

/** The running version: the installation's name for its build (the file VERSION, handed over by bin/falcon), else the jar's. */
final class Version implements IVersionProvider {

    static String running() {
        String build = System.getProperty("falcon.version", "");
        if (!build.isBlank()) {
            return build;
        }
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[]{"falcon " + running() + " (Java " + Runtime.version() + ")"};
    }
}
