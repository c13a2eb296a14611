package dev.falcon.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A network: an address and how many of its leading bits count. A bare address is a network of one. */
public record Cidr(InetAddress address, int prefixBits) {

    /** @throws IllegalArgumentException if this is no numeric address with an optional prefix length */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        if (!host.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw new IllegalArgumentException("not a numeric address");
        }
        try {
            InetAddress address = InetAddress.getByName(host);
            int width = address.getAddress().length * 8;
            int bits = slash < 0 ? width : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > width) {
                throw new IllegalArgumentException("prefix length beyond " + width);
            }
            return new Cidr(address, bits);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not a numeric address", e);
        }
    }

    /** Whether the address lies in this network; never, across address families. */
    public boolean contains(InetAddress other) {
        byte[] ours = address.getAddress();
        byte[] theirs = other.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit++) {
            int mask = 0x80 >> bit % 8;
            if ((ours[bit / 8] & mask) != (theirs[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixBits;
    }
}
