package dev.falcon.config;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells a misspelt setting from a variable that has nothing to do with Falcon. Misspelt is a name within two edits of a
 * setting's: a letter more, less or another, or two neighbours swapped. A false alarm would keep a worker from starting
 * on a healthy machine, so names that environments really hold are let be. Stateless.
 */
final class Spelling {

    private static final int MAX_EDITS = 2;

    /** Names as short as HOST and PORT lie within two edits of HOME, POST and half a dictionary. */
    private static final int SHORT = 5;

    /** Within two edits of a setting, and known to mean something else: to Node.js, to the modules of compute clusters. */
    private static final Set<String> STRANGERS = Set.of("NODE_PATH", "MODULE_PATH", "MODULEPATH");

    /** Words that say something of their own at the end of a name: REDIS_HOME is not a misspelt REDIS_HOST. */
    private static final Set<String> WORDS = Set.of("DIR", "HOME", "ID", "IP", "NAME", "PATH", "POOL", "ROOT", "SSL",
            "TLS", "URI", "URL", "USER", "UID", "GID", "ENV", "OPTS", "BIN", "LIB", "KEY", "CERT");

    /** What Kubernetes and Docker's links set for each service by themselves. */
    private static final Pattern INJECTED = Pattern
            .compile(".*_SERVICE_HOST|.*_SERVICE_PORT(_.*)?|.*_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?"
                    + "|.*_ENV_.*");
    private static final Pattern INJECTED_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    private Spelling() {}

    /** The setting that was probably meant by a name that is none; empty where the name is somebody else's. */
    static Optional<String> meant(String name, String value, Collection<String> settings) {
        String upper = name.toUpperCase(Locale.ROOT);
        if (STRANGERS.contains(upper) || INJECTED.matcher(upper).matches()
                || (upper.endsWith("_PORT") && INJECTED_ADDRESS.matcher(value.strip()).matches())) {
            return Optional.empty();
        }
        String nearest = null;
        int fewest = MAX_EDITS + 1;
        for (String setting : settings) {
            int edits = Math.abs(setting.length() - name.length()) > MAX_EDITS ? fewest : edits(upper, setting);
            if (edits < fewest && isSlip(name, setting)) {
                fewest = edits;
                nearest = setting;
            }
        }
        return Optional.ofNullable(nearest);
    }

    private static boolean isSlip(String name, String setting) {
        if (setting.length() < SHORT) {
            return isSwapped(name, setting) || isDoubled(name, setting);
        }
        String end = lastWord(name.toUpperCase(Locale.ROOT));
        return !WORDS.contains(end) || end.equals(lastWord(setting));
    }

    /** Whether only two neighbouring letters changed places. */
    private static boolean isSwapped(String name, String setting) {
        return name.length() == setting.length() && letters(name).equals(letters(setting)) && edits(name, setting) == 1;
    }

    /** Whether only one letter was typed twice. */
    private static boolean isDoubled(String name, String setting) {
        return name.length() == setting.length() + 1 && name.replaceFirst("(.)\\1", "$1").equals(setting);
    }

    private static List<Integer> letters(String name) {
        return name.chars().sorted().boxed().toList();
    }

    private static String lastWord(String name) {
        return name.substring(name.lastIndexOf('_') + 1);
    }

    /** The optimal string alignment distance: Levenshtein's, with a swap of neighbours as one edit. */
    static int edits(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], 1 + cost[i - 2][j - 2]);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
