package dev.lilla.hub;

import static dev.lilla.hub.OneModelHub.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.store.ModelKind;
import dev.lilla.store.ModelName;
import dev.lilla.store.ModelStore;
import dev.lilla.store.StoredModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PullTest {
    private static final StubHub.Answer HANGS_UP_WITHIN_THE_LISTING = (exchange, _) -> {
        exchange.sendResponseHeaders(200, 1000);
        exchange.getResponseBody().write('[');
        exchange.getResponseBody().flush();
        exchange.close();
    };

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
    class AHonestHub {
        @Test
        void givesTheFilesOfTheModel() throws Exception {
            StoredModel model = tiny.pull("me/tiny");

            assertThat(model.kind()).isEqualTo(ModelKind.SAFETENSORS);
            assertThat(model.path().resolve(WEIGHTS)).hasBinaryContent(weights);
            assertThat(model.path().resolve("config.json")).hasContent("{\"model_type\":\"llama\"}");
            assertThat(model.path().resolve("notes.txt")).doesNotExist();
            assertThat(model.source()).isEqualTo(hub.address() + "/me/tiny");
            assertThat(store.verify(model, _ -> {})).isEmpty();
            assertThat(tiny.partials()).isEmpty();
        }

        @Test
        void listsItsFilesInPages() throws Exception {
            hub.pageSize = 1;

            assertThat(tiny.pull("me/tiny").files()).hasSize(3);
        }

        @Test
        void isNotAskedAgainForWhatIsThere() throws Exception {
            tiny.pull("me/tiny");
            tiny.pull("me/tiny");

            assertThat(hub.requestsFor(WEIGHTS)).hasSize(1);
        }

        @Test
        void givesOneQuantizationOfSeveral() throws Exception {
            hub.withLarge("tiny.Q8_0.gguf", new byte[100]).withLarge("tiny.Q4_K_M.gguf", new byte[50]);

            assertThat(tiny.pull("me/tiny:q4_k_m").files())
                    .extracting(file -> file.path())
                    .containsExactly("tiny.Q4_K_M.gguf");
            assertThatThrownBy(() -> tiny.pull("me/tiny:q2_k"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tiny.Q8_0.gguf");
        }

        @Test
        void storesTwoFilesOfTheSameContent() throws Exception {
            hub.withSmall("LICENSE", "same").withSmall("tokenizer.json", "same");

            assertThat(tiny.pull("me/tiny").files()).hasSize(5);
        }

        @Test
        void storesAnEmptyFile() throws Exception {
            hub.withSmall("merges.txt", "");

            assertThat(tiny.pull("me/tiny").path().resolve("merges.txt")).isEmptyFile();
        }

        @Test
        void isToldWhoWeAre() throws Exception {
            tiny.pull("me/tiny", "secret");

            assertThat(hub.requests)
                    .allSatisfy(request -> assertThat(request.authorization()).isEqualTo("Bearer secret"));
        }
    }

    @Nested
    class AConnectionThatBreaks {
        @Test
        void goesOnWhereItStopped() throws Exception {
            hub.next(WEIGHTS, StubHub.dropAfter(300_000)).next(WEIGHTS, StubHub.dropAfter(200_000));

            assertThat(tiny.pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
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

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining(WEIGHTS)
                    .hasMessageContaining("is kept");
            assertThat(store.list()).isEmpty();
            assertThat(tiny.partials()).isNotEmpty();
            assertThat(tiny.pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
            assertThat(from(hub.requestsFor(WEIGHTS).getLast())).isBetween(1L, 300_000L);
        }

        @Test
        void isTriedAgainWithinTheListing() throws Exception {
            hub.next("tree", 2, HANGS_UP_WITHIN_THE_LISTING);

            assertThat(tiny.pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }

        @Test
        void isExplainedWhereNoListingComes() {
            hub.next("tree", 9, HANGS_UP_WITHIN_THE_LISTING);

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("cannot reach");
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

            assertThat(tiny.pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
            done.countDown();
        }

        @Test
        void startsOverWhereTheHubKnowsNoRanges() throws Exception {
            hub.next(WEIGHTS, StubHub.dropAfter(300_000)).next(WEIGHTS, (exchange, content) -> {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content);
                exchange.close();
            });

            assertThat(tiny.pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
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
            assertThat(tiny.partials()).anySatisfy(file -> assertThat(file).hasSize(400_000));
            assertThat(tiny.pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }
    }

    @Nested
    class ABusyHub {
        @ParameterizedTest
        @ValueSource(ints = {429, 500, 502, 503, 504})
        void isAskedAgain(int status) throws Exception {
            hub.next(WEIGHTS, 2, StubHub.status(status, "Retry-After", "0")).next("tree", StubHub.status(status));

            assertThat(tiny.pull("me/tiny").path().resolve(WEIGHTS)).hasBinaryContent(weights);
        }

        @Test
        void isNotAskedForEver() {
            hub.next(WEIGHTS, 10, StubHub.status(503));

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("3 tries")
                    .hasMessageContaining("503");
        }
    }

    @Nested
    class AClosedDoor {
        @Test
        void ofAGatedModelIsExplained() {
            hub.next(WEIGHTS, StubHub.status(401, "X-Error-Code", "GatedRepo"));

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("gated")
                    .hasMessageContaining(hub.address() + "/me/tiny")
                    .hasMessageContaining("HF_TOKEN");
        }

        @Test
        void ofAGatedModelIsExplainedToWhoHasAToken() {
            hub.next("tree", StubHub.status(403, "X-Error-Code", "GatedRepo"));

            assertThatThrownBy(() -> tiny.pull("me/tiny", "secret"))
                    .hasMessageContaining("has none yet")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"me/other", "you/tiny"})
        void ofAModelThatIsNotThereIsExplained(String name) {
            assertThatThrownBy(() -> tiny.pull(name))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("not found");
        }

        @Test
        void ofAHubOutOfReachIsExplained() {
            hub.close();

            assertThatThrownBy(() -> tiny.pull("me/tiny"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("cannot reach");
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
