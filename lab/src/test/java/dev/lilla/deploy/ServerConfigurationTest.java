package dev.lilla.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerConfigurationTest {
    @TempDir
    private Path folder;

    private final String text = new ServerConfiguration(
                    "Kvitto: \"ärenden\" #1", "a variant: #2", Path.of("x"), "abc", "127.0.0.1", 9000, 512, 8)
            .yaml("model/a b.gguf");

    private ServerConfiguration read(String yaml) throws IOException {
        return ServerConfiguration.read(Files.writeString(folder.resolve("server.yaml"), yaml));
    }

    @Test
    void readsWhatItWrites() throws IOException {
        ServerConfiguration found = read(text);
        assertThat(found.name()).isEqualTo("Kvitto: \"ärenden\" #1");
        assertThat(found.model()).isEqualTo(folder.toAbsolutePath().resolve("model/a b.gguf"));
        assertThat(found)
                .extracting(
                        ServerConfiguration::variant,
                        ServerConfiguration::digest,
                        ServerConfiguration::host,
                        ServerConfiguration::port,
                        ServerConfiguration::context,
                        ServerConfiguration::parallel)
                .containsExactly("a variant: #2", "abc", "127.0.0.1", 9000, 512, 8);
        assertThat(ServerConfiguration.isOne(folder.resolve("server.yaml"))).isTrue();
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> read(text.replace("port: 9000", "port: 90000")))
                .hasMessageContaining("'port' is 90000, expected a whole number from 0 to 65535");
        assertThatThrownBy(() -> read(text.replace("port: 9000", "port: often")))
                .hasMessageContaining("'port'");
        assertThatThrownBy(() -> read(text.replace("host: 127.0.0.1", ""))).hasMessageContaining("'host' is missing");
        assertThatThrownBy(() -> read(text + "prot: 1\n")).hasMessageContaining("unknown keys [prot]");
        assertThatThrownBy(() -> read(text + "port: 1\n")).hasMessageContaining("server.yaml");
        assertThatThrownBy(() -> read("goal:\n  task: chat\n")).hasMessageContaining("is no server configuration");
        assertThatThrownBy(() -> read("a: [\n")).hasMessageContaining("is no YAML");
        assertThatThrownBy(() -> read("x".repeat(70_000))).hasMessageContaining("at most 65536");
        assertThatThrownBy(() -> ServerConfiguration.read(folder.resolve("none.yaml")))
                .hasMessageContaining("no server configuration at");
    }

    @Test
    void takesOtherFilesForNone() throws IOException {
        assertThat(ServerConfiguration.isOne(folder)).isFalse();
        assertThat(ServerConfiguration.isOne(folder.resolve("none"))).isFalse();
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
        assertThat(ServerConfiguration.isOne(binary)).isFalse();
    }
}
