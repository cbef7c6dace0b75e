package dev.lilla.serve.http;

import java.time.Duration;

/// How the server listens.
///
/// @param host the address to listen on
/// @param port 0 for any that is free
/// @param keys who may ask
/// @param origins which names and pages are allowed
/// @param requestTime the most time a request may take to arrive, and a connection to lie idle
/// @param grace how long running answers may take to finish when the server stops
public record HttpOptions(
        String host, int port, ApiKeys keys, OriginPolicy origins, Duration requestTime, Duration grace) {}
