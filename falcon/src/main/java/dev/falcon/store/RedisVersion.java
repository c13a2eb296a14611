package dev.falcon.store;

import dev.falcon.store.StoreUnavailable.Reason;

/** The oldest server that is spoken to: the oldest that the tests run against. Stateless. */
final class RedisVersion {

    private static final int MAJOR = 6;
    private static final int MINOR = 2;

    private RedisVersion() {}

    /**
     * Refuses a server that is too old.
     *
     * @param serverSection what {@code INFO server} said
     */
    static void check(String serverSection) throws StoreUnavailable {
        String version = field(serverSection, "redis_version");
        String[] parts = version.split("\\.", -1);
        try {
            int major = Integer.parseInt(parts[0]);
            int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
            if (major > MAJOR || (major == MAJOR && minor >= MINOR)) {
                return;
            }
        } catch (NumberFormatException e) {
            throw new StoreUnavailable(Reason.REFUSED, "the server does not tell its version, is it Redis?");
        }
        throw new StoreUnavailable(Reason.REFUSED,
                "Redis " + version + " is too old, " + MAJOR + "." + MINOR + " or later is needed");
    }

    /** The value of one line {@code name:value} of INFO, or an empty string. */
    static String field(String section, String name) {
        for (String line : section.lines().toList()) {
            if (line.startsWith(name + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return "";
    }
}
