package dev.falcon.doctor;

import dev.falcon.config.Settings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;

/** Whether the port can be had: takes it as a worker would, and gives it back at once. For use by one thread. */
final class PortCheck {

    private final Settings.Http settings;

    PortCheck(Settings.Http settings) {
        this.settings = settings;
    }

    List<Finding> look() {
        String place = settings.host() + ":" + settings.port();
        InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
        if (address.isUnresolved()) {
            return List.of(Finding.fault("port", "HOST=" + settings.host() + " does not resolve",
                    "set HOST to an address of this machine, or leave it out"));
        }
        try (ServerSocketChannel channel = ServerSocketChannel.open()) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address);
            return List.of(Finding.ok("port", settings.port() == 0 ? "any free one (PORT=0)" : place + " is free"));
        } catch (BindException e) {
            return List.of(String.valueOf(e.getMessage()).contains("in use") ? taken(place) : unusable(place, e));
        } catch (IOException e) {
            return List.of(unusable(place, e));
        }
    }

    private Finding taken(String place) {
        String holder = PortHolder.of(settings.port())
                .map(found -> "process " + found.pid() + " (" + found.command() + ")")
                .orElse("another process");
        Optional<String> worker = RunningWorker.at(reachable(), settings.port());
        if (worker.isPresent()) {
            return Finding.warning("port",
                    place + " is held by a Falcon worker that runs, " + worker.get() + ", " + holder,
                    "well if that is the one you ask about; another worker needs another PORT");
        }
        return Finding.fault("port", place + " is held by " + holder,
                "end it or set another PORT; to find it: ss -ltnp 'sport = :" + settings.port() + "'");
    }

    private InetAddress reachable() {
        InetAddress address = new InetSocketAddress(settings.host(), 0).getAddress();
        return address == null || address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    }

    private static Finding unusable(String place, IOException e) {
        return Finding.fault("port", place + " cannot be listened on: " + e.getMessage(),
                "set HOST to an address of this machine, and PORT to 1024 or above unless the user may use lower ones");
    }
}
