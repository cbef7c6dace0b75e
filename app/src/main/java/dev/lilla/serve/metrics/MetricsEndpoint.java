package dev.lilla.serve.metrics;

import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import java.nio.charset.StandardCharsets;

/// `GET /metrics`: what the server has done and is doing, for Prometheus.
public record MetricsEndpoint(ModelHost host, ServerMetrics metrics) implements Endpoint {
    @Override
    public void handle(Exchange exchange) {
        byte[] text = metrics.text(host.inMemory()).getBytes(StandardCharsets.UTF_8);
        exchange.send(PrometheusText.MEDIA_TYPE, text);
    }
}
