package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.serve.http.ApiKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class KeysCommandTest {
    @TempDir
    Path home;

    private final Lines lines = new Lines();

    @BeforeEach
    void setTheHome() {
        lines.with("LILLA_HOME", home);
    }

    @Test
    void looksWithoutMakingAFile() {
        assertThat(lines.run("keys").out()).contains("No keys yet");
        assertThat(home.resolve("server.db")).doesNotExist();
    }

    @Test
    void makesListsAndRevokesKeys() {
        String key = lines.run("keys", "create", "phone", "--rate", "30", "--budget", "200000")
                .out()
                .strip();
        assertThat(key).matches("lilla_[A-Za-z0-9_-]{43}");
        assertThat(lines.run("keys", "create", "ops", "--scope", "infer,admin").status())
                .isZero();

        JsonNode list = lines.run("keys", "list", "--json").json();
        assertThat(list.at("/0/name").asString()).isEqualTo("phone");
        assertThat(list.at("/0/scopes").asString()).isEqualTo("infer");
        assertThat(list.at("/0/requests_per_minute").asInt()).isEqualTo(30);
        assertThat(list.at("/0/tokens_per_day").asLong()).isEqualTo(200_000);
        assertThat(list.at("/1/scopes").asString()).isEqualTo("infer,admin");
        assertThat(lines.run("keys").out()).contains("phone", "never", "active").doesNotContain(key);

        assertThat(lines.run("keys", "revoke", "phone").out()).contains("revoked phone");
        assertThat(lines.run("keys", "list").out()).contains("revoked");
        Lines.Outcome again = lines.run("keys", "revoke", "phone");
        assertThat(again.status()).isEqualTo(Lilla.FAILED);
        assertThat(again.err()).contains("there is no key");
    }

    @Test
    void refusesTermsThatAreNone() {
        assertThat(lines.run("keys", "create", "a", "--rate", "0").err()).contains("must be 1 or more");
        assertThat(lines.run("keys", "create", "a", "--scope", "public").err()).contains("infer, admin or both");
        assertThat(lines.run("keys", "create", "a", "--scope", "root").status()).isEqualTo(Lilla.USAGE);
    }

    @Test
    void giveAServerThatOthersReachItsFirstKeyOnce() {
        Lines.Outcome made = lines.run("keys", "list");
        assertThat(made.out()).contains("No keys yet");
        ApiKeys first = open(true, false, List.of());
        assertThat(first.isRequired()).isTrue();
        assertThat(lines.run("keys", "list", "--json").json().size()).isEqualTo(1);
        assertThat(open(true, false, List.of()).isRequired()).isTrue();
        assertThat(lines.run("keys", "list", "--json").json().size()).isEqualTo(1);
        // Only this machine reaches it: nobody is asked, unless the user wants so.
        assertThat(open(false, false, List.of()).isRequired()).isFalse();
        assertThat(open(false, true, List.of()).isRequired()).isTrue();
    }

    @Test
    void makeNoneWhereOneIsGiven() {
        ApiKeys given = open(true, false, List.of("a-secret-of-mine"));
        assertThat(given.find("a-secret-of-mine")).isPresent();
        assertThat(Files.exists(home.resolve("server.db"))).isFalse();
    }

    private ApiKeys open(boolean isOpen, boolean isKeyWanted, List<String> given) {
        try (ServerKeys keys = ServerKeys.open(lines.console(), given, isOpen, isKeyWanted)) {
            return keys.keys();
        }
    }
}
