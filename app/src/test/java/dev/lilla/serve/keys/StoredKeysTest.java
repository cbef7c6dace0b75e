package dev.lilla.serve.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.serve.http.Access;
import dev.lilla.serve.http.AnswerUsage;
import dev.lilla.serve.http.ApiKey;
import dev.lilla.serve.http.HttpFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredKeysTest {
    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-03-01T23:59:00Z");
    private KeyStore store;
    private StoredKeys keys;

    @BeforeEach
    void open() {
        store = KeyStore.open(file());
        keys = StoredKeys.open(store, () -> now);
    }

    @AfterEach
    void close() {
        keys.close();
    }

    private Path file() {
        return KeyStore.fileIn(folder);
    }

    private ApiKey made(KeyTerms terms) {
        String secret = store.create(terms);
        keys.refresh();
        return keys.find(secret).orElseThrow();
    }

    private static KeyTerms bounded(int perMinute, long perDay) {
        return new KeyTerms(
                "phone",
                Set.of(Access.INFER),
                perMinute == 0 ? OptionalInt.empty() : OptionalInt.of(perMinute),
                perDay == 0 ? OptionalLong.empty() : OptionalLong.of(perDay));
    }

    private static AnswerUsage usage(String model, int prompt, int completion) {
        return new AnswerUsage(
                model, prompt, 1, completion, Duration.ZERO, Duration.ZERO, 0, Optional.empty(), Duration.ZERO);
    }

    @Nested
    class Secrets {
        @Test
        void areLongDifferentAndKeptNowhere() throws IOException {
            String one = store.create(KeyTerms.unbounded("one"));
            String two = store.create(KeyTerms.unbounded("two"));
            assertThat(one).matches("lilla_[A-Za-z0-9_-]{43}").isNotEqualTo(two);
            try (Stream<Path> files = Files.list(folder)) {
                for (Path path : files.filter(Files::isRegularFile).toList()) {
                    assertThat(Files.readString(path, StandardCharsets.ISO_8859_1))
                            .doesNotContain(one.substring(6));
                }
            }
        }

        @Test
        void openWhatTheirTermsSay() {
            ApiKey key = made(bounded(0, 0));
            assertThat(key.access()).containsExactly(Access.INFER);
            assertThat(keys.find("lilla_wrong")).isEmpty();
            assertThat(keys.find("")).isEmpty();
        }

        @Test
        void openNothingOnceRevoked() {
            String secret = store.create(KeyTerms.unbounded("one"));
            keys.refresh();
            assertThat(keys.find(secret)).isPresent();
            try (KeyStore elsewhere = KeyStore.open(file())) {
                elsewhere.revoke("one");
            }
            keys.refresh();
            assertThat(keys.find(secret)).isEmpty();
            assertThat(store.list())
                    .singleElement()
                    .satisfies(key -> assertThat(key.revoked()).isPresent());
            assertThatCode(() -> store.create(KeyTerms.unbounded("one"))).doesNotThrowAnyException();
        }

        @Test
        void haveNamesOfTheirOwn() {
            store.create(KeyTerms.unbounded("one"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store.create(KeyTerms.unbounded("one")))
                    .withMessageContaining("already");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store.revoke("two"))
                    .withMessageContaining("there is no key");
            assertThatIllegalArgumentException().isThrownBy(() -> KeyTerms.unbounded(" "));
        }
    }

    @Nested
    class Bounds {
        @Test
        void letAsManyRequestsThroughAsAMinuteHas() {
            ApiKey key = made(bounded(2, 0));
            keys.admit(key);
            keys.admit(key);
            assertThatThrownBy(() -> keys.admit(key)).isInstanceOfSatisfying(HttpFailure.class, failure -> {
                assertThat(failure.status()).isEqualTo(429);
                assertThat(failure.code()).contains("rate_limit_exceeded");
                assertThat(failure.message()).contains("2 requests a minute", "in 30 s");
            });
            now = now.plusSeconds(29);
            assertThatThrownBy(() -> keys.admit(key)).hasMessageContaining("in 1 s");
            now = now.plusSeconds(1);
            keys.admit(key);
            assertThatThrownBy(() -> keys.admit(key)).isInstanceOf(HttpFailure.class);
        }

        @Test
        void keepTheirCountWhenKeysAreReadAgain() {
            ApiKey key = made(bounded(1, 0));
            keys.admit(key);
            keys.refresh();
            assertThatThrownBy(() -> keys.admit(key)).isInstanceOf(HttpFailure.class);
        }

        @Test
        void letNothingThroughOnceADaysTokensAreUsed() {
            ApiKey key = made(bounded(0, 10));
            keys.admit(key);
            keys.used(key, usage("a", 4, 5));
            keys.admit(key);
            keys.used(key, usage("b", 0, 1));
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> keys.admit(key)).isInstanceOfSatisfying(HttpFailure.class, failure -> {
                    assertThat(failure.status()).isEqualTo(429);
                    assertThat(failure.code()).contains("insufficient_quota");
                    assertThat(failure.message()).contains("10 tokens", "in 60 s");
                });
                keys.refresh();
            }
            now = now.plusSeconds(60);
            keys.admit(key);
            keys.refresh();
            keys.admit(key);
        }

        @Test
        void leaveKeysOfOtherSourcesAlone() {
            made(bounded(1, 1));
            for (int i = 0; i < 3; i++) {
                keys.admit(ApiKey.ANYBODY);
                keys.used(ApiKey.ANYBODY, usage("a", 5, 5));
            }
            keys.refresh();
            assertThat(store.usage()).isEmpty();
        }
    }

    @Nested
    class Usage {
        @Test
        void isAddedUpByDayAndModelAndOutlivesTheServer() {
            ApiKey key = made(KeyTerms.unbounded("one"));
            long id = store.list().getFirst().id();
            keys.admit(key);
            keys.used(key, usage("a", 4, 5));
            keys.refresh();
            keys.used(key, usage("a", 10, 20));
            keys.used(key, usage("b", 1, 1));
            now = now.plusSeconds(60);
            keys.used(key, usage("a", 7, 8));
            Instant used = now;
            keys.close();

            store = KeyStore.open(file());
            keys = StoredKeys.open(store, () -> now);
            assertThat(store.usage())
                    .containsExactly(
                            new DailyUsage(id, LocalDate.parse("2026-03-01"), "a", 2, 14, 2, 25),
                            new DailyUsage(id, LocalDate.parse("2026-03-01"), "b", 1, 1, 1, 1),
                            new DailyUsage(id, LocalDate.parse("2026-03-02"), "a", 1, 7, 1, 8));
            assertThat(store.list().getFirst().lastUsed())
                    .hasValueSatisfying(time -> assertThat(time).isBeforeOrEqualTo(used));
        }

        @Test
        void ofSeveralServersIsAddedUp() {
            ApiKey key = made(KeyTerms.unbounded("one"));
            KeyStore second = KeyStore.open(file());
            try (StoredKeys elsewhere = StoredKeys.open(second, () -> now)) {
                elsewhere.used(key, usage("a", 1, 2));
                keys.used(key, usage("a", 10, 20));
                elsewhere.refresh();
                keys.refresh();
            }
            assertThat(store.usage()).extracting(DailyUsage::tokens).isEqualTo(List.of(33L));
        }
    }

    @Test
    void refusesAFileOfAnotherKind() throws IOException {
        Path other = Files.writeString(
                folder.resolve("other.db"), "this is no database, whatever its name says. ".repeat(50));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyStore.open(other))
                .withMessageContaining("other.db")
                .withMessageContaining("Move it away");
    }
}
