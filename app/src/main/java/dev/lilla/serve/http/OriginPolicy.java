package dev.lilla.serve.http;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which names the server answers to, and which web pages may ask it.
///
/// A page elsewhere can make a browser send requests to this machine. Its address stands in `Origin`; and where
/// it has its own name point here (DNS rebinding), that name stands in `Host`.
public final class OriginPolicy {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> hosts;
    private final Set<String> origins;

    /// @param hosts names beside those of the loopback interface
    /// @param origins pages beside the server's own, such as `https://chat.example.com`
    public OriginPolicy(List<String> hosts, List<String> origins) {
        this.hosts = Stream.concat(LOOPBACK.stream(), hosts.stream())
                .map(host -> host.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        this.origins =
                origins.stream().map(origin -> origin.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /// Where a request comes from.
    enum Source {
        /// No web page says so: a program, or a page that the user opened.
        DIRECT,
        /// A page of this server.
        OWN_PAGE,
        /// A page elsewhere that was allowed.
        ALLOWED_PAGE
    }

    /// Says where a request comes from.
    ///
    /// @param host the header `Host`
    /// @param localAddress the address of this machine that the connection came in by
    /// @throws HttpFailure 403 if the name is not the server's, or the page is not allowed
    Source check(Optional<String> host, Optional<String> origin, String localAddress) {
        String named = host.orElse("").toLowerCase(Locale.ROOT);
        String name = withoutPort(named);
        if (!hosts.contains(name) && !isAddress(name, localAddress)) {
            throw refused(
                    "Host \"" + named + "\" is no name of this server. To use it, start with --allow-host " + name);
        }
        if (origin.isEmpty()) {
            return Source.DIRECT;
        }
        String page = origin.get().toLowerCase(Locale.ROOT);
        if (page.equals("http://" + named) || page.equals("https://" + named)) {
            return Source.OWN_PAGE;
        }
        if (!origins.contains(page)) {
            throw refused(
                    "pages of " + page + " may not use this server. To allow it, start with --allow-origin " + page);
        }
        return Source.ALLOWED_PAGE;
    }

    /// Whether a host is an address, in whatever form: `[fd00::2]` is `fd00:0:0:0:0:0:0:2%eth0`. Names are not looked
    /// up.
    private static boolean isAddress(String host, String address) {
        if (host.equals(address)) {
            return true;
        }
        if (!host.startsWith("[") || !host.endsWith("]")) {
            return false;
        }
        try {
            return InetAddress.ofLiteral(withoutZone(host.substring(1, host.length() - 1)))
                    .equals(InetAddress.ofLiteral(withoutZone(address)));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// An address without the interface that it is reached by.
    private static String withoutZone(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    private static HttpFailure refused(String message) {
        return HttpFailure.of(403, HttpFailure.Kind.PERMISSION, message);
    }
}
