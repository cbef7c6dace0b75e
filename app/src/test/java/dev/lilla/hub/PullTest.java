package dev.lilla.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.store.ModelKind;
import dev.lilla.store.ModelName;
import dev.lilla.store.ModelStore;
import dev.lilla.store.StoredModel;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class PullTest {
    private static final String WEIGHTS = "model.safetensors";

    @TempDir
    Path home;

    private final byte[] weights = new byte[1 << 20];
    private StubHub hub;
    private ModelStore store;

    @BeforeEach
    void opensAHubWithOneModel() throws IOException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        random.nextBytes(weights);
        store = ModelStore.open(home);
        hub = new StubHub()
                .withSmall("config.json", "{\"model_type\":\"llama\"}")
                .withSmall("README.md", "# Tiny")
                .withSmall("notes.txt", "not part of the model")
                .withLarge(WEIGHTS, weights);
    }

    @AfterEach
    void closesTheHub() {
        hub.close();
    }

    private HubOptions options(@Nullable String token) {
        return new HubOptions(hub.address(), token, Duration.ofMillis(700), 3, Duration.ofMillis(1));
    }

    private StoredModel pull(String name) throws IOException, InterruptedException {
        return new Pull(store, options(null), TransferProgress.SILENT).pull(ModelName.parse(name), "main");
    }

    private List<Path> partials() throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("downloads"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Nested
    class AHonestHub {
        @Test
        void givesTheFilesOfTheModel() throws Exception {
            StoredModel model = pull("me/tiny");

            assertThat(model.kind()).isEqualTo(ModelKind.SAFETENSORS);
            assertThat(model.path().resolve(WEIGHTS)).hasBinaryContent(weights);
            assertThat(model.path().resolve("config.json")).hasContent("{\"model_type\":\"llama\"}");
            assertThat(model.path().resolve("notes.txt")).doesNotExist();
            assertThat(model.source()).isEqualTo(hub.address() + "/me/tiny");
            assertThat(store.verify(model, _ -> {})).isEmpty();
            assertThat(partials()).isEmpty();
        }

        @Test
        void listsItsFilesInPages() throws Exception {
            hub.pageSize = 1;

            assertThat(pull("me/tiny").files()).hasSize(3);
        }

        @Test
        void isNotAskedAgainForWhatIsThere() throws Exception {
            pull("me/tiny");
            pull("me/tiny");

            assertThat(hub.requestsFor(WEIGHTS)).hasSize(1);
        }

        @Test
        void givesOneQuantizationOfSeveral() throws Exception {
            hub.withLarge("tiny.Q8_0.gguf", new byte[100]).withLarge("tiny.Q4_K_M.gguf", new byte[50]);

            assertThat(pull("me/tiny:q4_k_m").files())
                    .extracting(file -> file.path())
                    .containsExactly("tiny.Q4_K_M.gguf");
            assertThatThrownBy(() -> pull("me/tiny:q2_k"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tiny.Q8_0.gguf");
        }

        @Test
        void storesTwoFilesOfTheSameContent() throws Exception {
            hub.withSmall("LICENSE", "same").withSmall("tokenizer.json", "same");

            assertThat(pull("me/tiny").files()).hasSize(5);
        }

        @Test
        void storesAnEmptyFile() throws Exception {
            hub.withSmall("merges.txt", "");

            assertThat(pull("me/tiny").path().resolve("merges.txt")).isEmptyFile();
        }

        @Test
        void isToldWhoWeAre() throws Exception {
            new Pull(store, options("secret"), TransferProgress.SILENT).pull(ModelName.parse("me/tiny"), "main");

            assertThat(hub.requests)
                    .allSatisfy(request -> assertThat(request.authorization()).isEqualTo("Bearer secret"));
        }
    }

    @Nested
    class AConnectionThatBreaks {
        @Test
        void goesOnWhereItStopped() throws Exception {
            hub.next(WEIGHTS, StubHub.dropAfter(300_000)).next(WEIGHTS, StubHub.dropAfter(200_000));

            assertThat(pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
            List<StubHub.Request> requests = hub.requestsFor(WEIGHTS);
            assertThat(requests).hasSize(3);
            assertThat(requests.get(0).range()).isNull();
            // The last bytes before a break may get lost on the way.
            assertThat(from(requests.get(1))).isBetween(1L, 300_000L);
            assertThat(from(requests.get(2))).isBetween(from(requests.get(1)) + 1, 500_000L);
        }

        @Test
        void goesOnInTheNextPull() throws Exception {
            hub.next(WEIGHTS, StubHub.dropAfter(300_000)).next(WEIGHTS, 3, StubHub.dropAfter(0));

            assertThatThrownBy(() -> pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining(WEIGHTS)
                    .hasMessageContaining("is kept");
            assertThat(store.list()).isEmpty();
            assertThat(partials()).isNotEmpty();
            assertThat(pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
            assertThat(from(hub.requestsFor(WEIGHTS).getLast())).isBetween(1L, 300_000L);
        }

        @Test
        void isTriedAgainWhenNothingComes() throws Exception {
            CountDownLatch done = new CountDownLatch(1);
            hub.next(WEIGHTS, (exchange, content) -> {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content, 0, 1000);
                exchange.getResponseBody().flush();
                await(done);
                exchange.close();
            });

            assertThat(pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
            done.countDown();
        }

        @Test
        void startsOverWhereTheHubKnowsNoRanges() throws Exception {
            hub.next(WEIGHTS, StubHub.dropAfter(300_000)).next(WEIGHTS, (exchange, content) -> {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content);
                exchange.close();
            });

            assertThat(pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }

        @Test
        void keepsWhatHasComeWhenInterrupted() throws Exception {
            CountDownLatch sent = new CountDownLatch(1);
            CountDownLatch done = new CountDownLatch(1);
            hub.next(WEIGHTS, (exchange, content) -> {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content, 0, 400_000);
                exchange.getResponseBody().flush();
                await(done);
                exchange.close();
            });
            AtomicReference<Throwable> outcome = new AtomicReference<>();
            TransferProgress watching = new TransferProgress() {
                @Override
                public void started(String what, long bytes) {}

                @Override
                public void reached(long bytes) {
                    if (bytes == 400_000) {
                        sent.countDown();
                    }
                }

                @Override
                public void finished() {}
            };
            Thread puller = Thread.ofPlatform().start(() -> {
                try {
                    new Pull(
                                    store,
                                    new HubOptions(hub.address(), null, Duration.ofMinutes(1), 3, Duration.ofMillis(1)),
                                    watching)
                            .pull(ModelName.parse("me/tiny"), "main");
                } catch (Exception e) {
                    outcome.set(e);
                }
            });
            await(sent);
            puller.interrupt();
            puller.join();
            done.countDown();

            assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
            assertThat(partials()).anySatisfy(file -> assertThat(file).hasSize(400_000));
            assertThat(pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }
    }

    @Nested
    class ABusyHub {
        @ParameterizedTest
        @ValueSource(ints = {429, 500, 502, 503, 504})
        void isAskedAgain(int status) throws Exception {
            hub.next(WEIGHTS, 2, StubHub.status(status, "Retry-After", "0")).next("tree", StubHub.status(status));

            assertThat(pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }

        @Test
        void isNotAskedForEver() {
            hub.next(WEIGHTS, 10, StubHub.status(503));

            assertThatThrownBy(() -> pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("3 tries")
                    .hasMessageContaining("503");
        }
    }

    @Nested
    class ALyingHub {
        @Test
        void thatSendsAnotherContentIsRefused() throws Exception {
            byte[] other = weights.clone();
            other[12345] ^= 1;
            hub.next(WEIGHTS, (exchange, _) -> StubHub.sendFile(exchange, other));

            assertThatThrownBy(() -> pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining(WEIGHTS)
                    .hasMessageContaining("checksum");
            assertThat(store.list()).isEmpty();
            assertThat(partials()).noneSatisfy(file -> assertThat(file).hasSize(weights.length));
        }

        @Test
        void thatSendsAnotherSmallFileIsRefused() {
            hub.next(
                    "config.json",
                    (exchange, _) -> StubHub.sendFile(
                            exchange,
                            "{\"model_type\":\"gemma\"}".substring(0, 22).getBytes(StandardCharsets.UTF_8)));

            assertThatThrownBy(() -> pull("me/tiny"))
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
            assertThatThrownBy(() -> pull("me/tiny")).hasMessageContaining("is kept");

            assertThat(pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }

        @Test
        void thatAnnouncesAnotherLengthIsRefused() {
            hub.next(WEIGHTS, (exchange, _) -> StubHub.sendFile(exchange, new byte[99]));

            assertThatThrownBy(() -> pull("me/tiny"))
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

            assertThatThrownBy(() -> pull("me/tiny"))
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

            assertThatThrownBy(() -> pull("me/tiny")).hasMessageContaining("another part");
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

            assertThatThrownBy(() -> pull("me/tiny"))
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

            assertThatThrownBy(() -> pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("../../x");
            assertThat(store.list()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "../../../../tmp/x", "ABC", "00"})
        void thatGivesNoChecksumIsRefused(String digest) {
            ((ObjectNode) hub.entry(WEIGHTS).get("lfs")).put("oid", digest);

            assertThatThrownBy(() -> pull("me/tiny")).hasMessageContaining("no checksum");
        }

        @Test
        void thatSendsNoListingIsRefused() {
            hub.next("tree", (exchange, _) -> {
                byte[] page = "<html>hello</html>".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
                exchange.close();
            });

            assertThatThrownBy(() -> pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("no listing");
        }

        @Test
        void thatPromisesMoreThanTheDiskHoldsIsNotEvenTried() {
            hub.entry(WEIGHTS).withObject("/lfs").put("size", Long.MAX_VALUE / 2);

            assertThatThrownBy(() -> pull("me/tiny"))
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
                StoredModel model = new Pull(store, options("secret"), TransferProgress.SILENT)
                        .pull(ModelName.parse("me/tiny"), "main");

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

            assertThat(pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }

        @Test
        void toPlainHttpElsewhereAreRefused() {
            hub.next(WEIGHTS, StubHub.status(302, "Location", "http://192.0.2.1/x"));

            assertThatThrownBy(() -> pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("http://192.0.2.1/x");
        }

        @Test
        void toFilesAreRefused() {
            hub.next(WEIGHTS, StubHub.status(302, "Location", "file:///etc/passwd"));

            assertThatThrownBy(() -> pull("me/tiny")).isInstanceOf(HubException.class);
        }

        @Test
        void withoutEndAreRefused() {
            hub.next(WEIGHTS, 20, StubHub.status(302, "Location", "/me/tiny/resolve/main/" + WEIGHTS));

            assertThatThrownBy(() -> pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("redirects more than");
        }
    }

    @Nested
    class AClosedDoor {
        @Test
        void ofAGatedModelIsExplained() {
            hub.next(WEIGHTS, StubHub.status(401, "X-Error-Code", "GatedRepo"));

            assertThatThrownBy(() -> pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("gated")
                    .hasMessageContaining(hub.address() + "/me/tiny")
                    .hasMessageContaining("HF_TOKEN");
        }

        @Test
        void ofAGatedModelIsExplainedToWhoHasAToken() {
            hub.next("tree", StubHub.status(403, "X-Error-Code", "GatedRepo"));

            assertThatThrownBy(() -> new Pull(store, options("secret"), TransferProgress.SILENT)
                            .pull(ModelName.parse("me/tiny"), "main"))
                    .hasMessageContaining("has none yet")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"me/other", "you/tiny"})
        void ofAModelThatIsNotThereIsExplained(String name) {
            assertThatThrownBy(() -> pull(name))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("not found");
        }

        @Test
        void ofAHubOutOfReachIsExplained() {
            hub.close();

            assertThatThrownBy(() -> pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("cannot reach");
        }
    }

    @Nested
    class Options {
        @Test
        void comeFromTheEnvironment() {
            assertThat(HubOptions.from(Map.of()).endpoint()).isEqualTo(URI.create("https://huggingface.co"));
            HubOptions options =
                    HubOptions.from(Map.of("HF_ENDPOINT", "https://hub.example/", "HF_TOKEN", " hf_secret "));
            assertThat(options.endpoint()).isEqualTo(URI.create("https://hub.example"));
            assertThat(options.token()).isEqualTo("hf_secret");
            assertThat(options.toString()).doesNotContain("hf_secret");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://hub.example",
                    "ftp://hub.example",
                    "hub.example",
                    "http://127.0.0.1.evil.example",
                    "http://localhost.evil.example",
                    "file:///tmp"
                })
        void refuseUnsafeAddresses(String endpoint) {
            assertThatThrownBy(() -> HubOptions.from(Map.of("HF_ENDPOINT", endpoint)))
                    .isInstanceOf(HubException.class);
        }

        @ParameterizedTest
        @ValueSource(strings = {"http://localhost:8080", "http://127.0.0.1", "http://[::1]:9"})
        void acceptPlainHttpToThisMachine(String endpoint) {
            assertThat(HubOptions.from(Map.of("HF_ENDPOINT", endpoint)).endpoint())
                    .hasToString(endpoint);
        }
    }

    /// The first byte that was asked for.
    private static long from(StubHub.Request request) {
        return Long.parseLong(request.range().replaceAll("\\D", ""));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
