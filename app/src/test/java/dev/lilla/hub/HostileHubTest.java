package dev.lilla.hub;

import static dev.lilla.hub.OneModelHub.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.store.ModelStore;
import dev.lilla.store.StoredModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/// What is pulled from a hub that lies, or sends us elsewhere.
class HostileHubTest {
    @TempDir
    Path home;

    private OneModelHub tiny;
    private StubHub hub;
    private ModelStore store;
    private byte[] weights;

    @BeforeEach
    void opensAHubWithOneModel() throws IOException {
        tiny = new OneModelHub(home);
        hub = tiny.hub();
        store = tiny.store();
        weights = tiny.weights();
    }

    @AfterEach
    void closesTheHub() {
        tiny.close();
    }

    @Nested
    class ALyingHub {
        @Test
        void thatSendsAnotherContentIsRefused() throws Exception {
            byte[] other = weights.clone();
            other[12345] ^= 1;
            hub.next(WEIGHTS, (exchange, _) -> StubHub.sendFile(exchange, other));

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining(WEIGHTS)
                    .hasMessageContaining("checksum");
            assertThat(store.list()).isEmpty();
            assertThat(tiny.partials()).noneSatisfy(file -> assertThat(file).hasSize(weights.length));
        }

        @Test
        void thatSendsAnotherSmallFileIsRefused() {
            hub.next(
                    "config.json",
                    (exchange, _) -> StubHub.sendFile(
                            exchange,
                            "{\"model_type\":\"gemma\"}".substring(0, 22).getBytes(StandardCharsets.UTF_8)));

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("config.json");
        }

        @Test
        void getsASecondChanceWhereOldBytesMayBeToBlame() throws Exception {
            byte[] other = new byte[300_000];
            hub.next(WEIGHTS, (exchange, content) -> {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(other);
                exchange.close();
            });
            hub.next(WEIGHTS, 3, StubHub.dropAfter(0));
            assertThatThrownBy(() -> tiny.pull("me/tiny")).hasMessageContaining("is kept");

            assertThat(tiny.pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }

        @Test
        void thatAnnouncesAnotherLengthIsRefused() {
            hub.next(WEIGHTS, (exchange, _) -> StubHub.sendFile(exchange, new byte[99]));

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("1048576 bytes in the listing, but the hub offers 99");
        }

        @Test
        void thatSendsWithoutEndIsCutOff() {
            hub.next(WEIGHTS, (exchange, content) -> {
                exchange.sendResponseHeaders(200, 0);
                for (int i = 0; i < 64; i++) {
                    exchange.getResponseBody().write(content);
                }
                exchange.close();
            });

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("sends more than");
        }

        @Test
        void thatSendsAnotherPartIsRefused() {
            hub.next(WEIGHTS, StubHub.dropAfter(1000)).next(WEIGHTS, (exchange, content) -> {
                exchange.getResponseHeaders().set("Content-Range", "bytes 0-" + (content.length - 1) + "/*");
                exchange.sendResponseHeaders(206, content.length);
                exchange.getResponseBody().write(content);
                exchange.close();
            });

            assertThatThrownBy(() -> tiny.pull("me/tiny")).hasMessageContaining("another part");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "../../outside.json",
                    "/etc/outside.json",
                    "a/../../outside.json",
                    "..\\outside.json",
                    "sub/../../../outside"
                })
        void thatOffersPathsOutOfTheFolderIsRefused(String path) {
            hub.withSmall(path, "evil");

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("refused the file name");
            assertThat(hub.requestsFor(WEIGHTS)).isEmpty();
        }

        @Test
        void thatNamesShardsElsewhereInAnIndexIsRefused() throws Exception {
            hub.withLarge("model-00001-of-00001.safetensors", weights)
                    .withSmall(
                            "model.safetensors.index.json",
                            "{\"weight_map\":{\"a\":\"model-00001-of-00001.safetensors\",\"b\":\"../../x\"}}");

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("../../x");
            assertThat(store.list()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "../../../../tmp/x", "ABC", "00"})
        void thatGivesNoChecksumIsRefused(String digest) {
            ((ObjectNode) hub.entry(WEIGHTS).get("lfs")).put("oid", digest);

            assertThatThrownBy(() -> tiny.pull("me/tiny")).hasMessageContaining("no checksum");
        }

        @Test
        void thatSendsNoListingIsRefused() {
            hub.next("tree", (exchange, _) -> {
                byte[] page = "<html>hello</html>".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
                exchange.close();
            });

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("no listing");
        }

        @Test
        void thatPromisesMoreThanTheDiskHoldsIsNotEvenTried() {
            hub.entry(WEIGHTS).withObject("/lfs").put("size", Long.MAX_VALUE / 2);

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .hasMessageContaining("free")
                    .hasMessageContaining("LILLA_HOME");
            assertThat(hub.requestsFor(WEIGHTS)).isEmpty();
        }
    }

    @Nested
    class Redirects {
        @Test
        void toAnotherHostDoNotTellItWhoWeAre() throws Exception {
            try (StubHub storage = new StubHub().withLarge(WEIGHTS, weights)) {
                hub.next(
                        WEIGHTS,
                        StubHub.status(302, "Location", storage.address() + "/me/tiny/resolve/main/" + WEIGHTS));
                StoredModel model = tiny.pull("me/tiny", "secret");

                assertThat(model.path().resolve(WEIGHTS)).hasBinaryContent(weights);
                assertThat(storage.requests)
                        .singleElement()
                        .satisfies(
                                request -> assertThat(request.authorization()).isNull());
                assertThat(hub.requestsFor(WEIGHTS).getFirst().authorization()).isEqualTo("Bearer secret");
            }
        }

        @Test
        void onTheSameHostAreFollowed() throws Exception {
            hub.next(WEIGHTS, StubHub.status(307, "Location", "/me/tiny/resolve/other/" + WEIGHTS));

            assertThat(tiny.pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }

        @Test
        void toPlainHttpElsewhereAreRefused() {
            hub.next(WEIGHTS, StubHub.status(302, "Location", "http://192.0.2.1/x"));

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("http://192.0.2.1/x");
        }

        @Test
        void toFilesAreRefused() {
            hub.next(WEIGHTS, StubHub.status(302, "Location", "file:///etc/passwd"));

            assertThatThrownBy(() -> tiny.pull("me/tiny")).isInstanceOf(HubException.class);
        }

        @Test
        void withoutEndAreRefused() {
            hub.next(WEIGHTS, 20, StubHub.status(302, "Location", "/me/tiny/resolve/main/" + WEIGHTS));

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("redirects more than");
        }
    }
}
