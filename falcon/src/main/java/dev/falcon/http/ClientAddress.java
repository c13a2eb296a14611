package dev.falcon.http;

import dev.falcon.config.Cidr;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose request it is, as far as it can be known: each proxy appends the address it was called from, so the list is read
 * from its end, and only for as long as the one who wrote the entry is trusted. Immutable.
 */
final class ClientAddress {

    private final List<Cidr> trusted;

    ClientAddress(List<Cidr> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /**
     * @param peer the address at the other end of the connection
     * @param forwardedFor the values of {@code X-Forwarded-For}, each a list
     */
    @Nullable
    String of(@Nullable InetAddress peer, List<String> forwardedFor) {
        if (peer == null) {
            return null;
        }
        InetAddress client = peer;
        if (!forwardedFor.isEmpty() && isTrusted(peer)) {
            String[] hops = String.join(",", forwardedFor).split(",", -1);
            for (int i = hops.length - 1; i >= 0 && isTrusted(client); i--) {
                InetAddress hop = address(hops[i].strip());
                if (hop == null) {
                    break;
                }
                client = hop;
            }
        }
        return withoutScope(client.getHostAddress());
    }

    private boolean isTrusted(InetAddress address) {
        for (Cidr network : trusted) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** A literal address, with a port or without; names are never looked up. */
    private static @Nullable InetAddress address(String hop) {
        String literal = hop;
        if (hop.startsWith("[") && hop.indexOf(']') > 0) {
            literal = hop.substring(1, hop.indexOf(']'));
        } else if (hop.indexOf('.') > 0 && hop.indexOf(':') > 0 && hop.indexOf(':') == hop.lastIndexOf(':')) {
            literal = hop.substring(0, hop.indexOf(':'));
        }
        try {
            return InetAddress.ofLiteral(literal);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String withoutScope(String address) {
        int scope = address.indexOf('%');
        return scope < 0 ? address : address.substring(0, scope);
    }
}
