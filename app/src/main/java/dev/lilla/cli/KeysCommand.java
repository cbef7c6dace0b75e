package dev.lilla.cli;

import dev.lilla.serve.http.Access;
import dev.lilla.serve.keys.DailyUsage;
import dev.lilla.serve.keys.KeyStore;
import dev.lilla.serve.keys.KeyTerms;
import dev.lilla.serve.keys.StoredKey;
import dev.lilla.store.ModelStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `lilla keys`: who may use a server.
@Command(
        name = "keys",
        description = {
            "Lists, makes and revokes the API keys of lilla serve.",
            "",
            "A key is shown once, when it is made; server.db in the store keeps its SHA-256. A running server follows "
                    + "within a second.",
        },
        footer = {
            "",
            "For example:",
            "  lilla keys",
            "  lilla keys create phone --rate 30 --budget 200000",
            "  lilla keys create prometheus --scope admin",
            "  lilla keys revoke phone",
        })
final class KeysCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final JsonOption json = new JsonOption();

    KeysCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        return list(json);
    }

    @Command(
            name = "create",
            description = {"Makes a key and prints it, which nothing can do again."})
    int create(
            @Parameters(paramLabel = "NAME", description = "What you call its holder.") String name,
            @Option(
                            names = "--scope",
                            paramLabel = "SCOPE",
                            split = ",",
                            defaultValue = "infer",
                            description = "infer (use models), admin (load and unload, metrics) or both, with a comma "
                                    + "between. Default: ${DEFAULT-VALUE}.")
                    Set<Access> scopes,
            @Option(
                            names = "--rate",
                            paramLabel = "N",
                            description = "The most requests a minute. Default: any number.")
                    @Nullable
                    Integer rate,
            @Option(
                            names = "--budget",
                            paramLabel = "TOKENS",
                            description = "The most tokens, read and written, in a day (UTC). Default: any number.")
                    @Nullable
                    Long budget) {
        KeyTerms terms = new KeyTerms(
                name,
                scopes,
                rate == null ? OptionalInt.empty() : OptionalInt.of(rate),
                budget == null ? OptionalLong.empty() : OptionalLong.of(budget));
        try (KeyStore store = KeyStore.open(file())) {
            console.out().println(store.create(terms));
        }
        console.err().println("This key is not shown again. Clients send it as \"Authorization: Bearer KEY\".");
        return 0;
    }

    @Command(name = "list", description = "Lists the keys and what they have used.")
    int list(@Mixin JsonOption listJson) {
        boolean isJson = listJson.isSet() || json.isSet();
        // Looking makes no file.
        if (!Files.exists(file())) {
            return print(List.of(), List.of(), isJson);
        }
        try (KeyStore store = KeyStore.open(file())) {
            return print(store.list(), store.usage(), isJson);
        }
    }

    @Command(name = "revoke", description = "Takes all rights from keys; servers refuse them within a second.")
    int revoke(@Parameters(paramLabel = "NAME", arity = "1..*", description = "Names of keys.") List<String> names) {
        try (KeyStore store = KeyStore.open(file())) {
            for (String name : names) {
                store.revoke(name);
                console.out().println("revoked " + name);
            }
        }
        return 0;
    }

    private int print(List<StoredKey> keys, List<DailyUsage> usages, boolean isJson) {
        LocalDate today = LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC);
        if (isJson) {
            ArrayNode list = JsonMapper.shared().createArrayNode();
            keys.forEach(key -> json(list.addObject(), key, usages));
            console.printJson(list);
        } else if (keys.isEmpty()) {
            console.out().println("No keys yet. \"lilla keys create NAME\" makes one.");
        } else {
            Table table = new Table(
                    "NAME", "SCOPES", ">PER MINUTE", ">PER DAY", ">TODAY", ">TOKENS", "CREATED", "LAST USED", "STATE");
            for (StoredKey key : keys) {
                OptionalInt rate = key.terms().requestsPerMinute();
                OptionalLong budget = key.terms().tokensPerDay();
                table.row(
                        key.terms().name(),
                        scopes(key),
                        rate.isPresent() ? rate.getAsInt() : "-",
                        budget.isPresent() ? budget.getAsLong() : "-",
                        tokens(
                                usages.stream()
                                        .filter(usage -> usage.day().equals(today))
                                        .toList(),
                                key),
                        tokens(usages, key),
                        day(key.created()),
                        key.lastUsed().map(KeysCommand::day).orElse("never"),
                        key.revoked().isPresent() ? "revoked" : "active");
            }
            table.print(console.out());
        }
        return 0;
    }

    private static void json(ObjectNode node, StoredKey key, List<DailyUsage> usages) {
        node.put("name", key.terms().name()).put("scopes", scopes(key));
        key.terms().requestsPerMinute().ifPresent(rate -> node.put("requests_per_minute", rate));
        key.terms().tokensPerDay().ifPresent(budget -> node.put("tokens_per_day", budget));
        node.put("created", key.created().toString());
        key.lastUsed().ifPresent(time -> node.put("last_used", time.toString()));
        key.revoked().ifPresent(time -> node.put("revoked", time.toString()));
        ArrayNode days = node.putArray("usage");
        usages.stream()
                .filter(usage -> usage.key() == key.id())
                .forEach(usage -> days.addObject()
                        .put("day", usage.day().toString())
                        .put("model", usage.model())
                        .put("requests", usage.requests())
                        .put("prompt_tokens", usage.promptTokens())
                        .put("cached_tokens", usage.cachedTokens())
                        .put("completion_tokens", usage.completionTokens()));
    }

    private static long tokens(List<DailyUsage> usages, StoredKey key) {
        return usages.stream()
                .filter(usage -> usage.key() == key.id())
                .mapToLong(DailyUsage::tokens)
                .sum();
    }

    private static String scopes(StoredKey key) {
        return key.terms().access().stream()
                .sorted()
                .map(scope -> scope.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
    }

    private static String day(Instant time) {
        return time.toString().substring(0, 10);
    }

    private Path file() {
        return KeyStore.fileIn(ModelStore.open(console.environment()).home());
    }
}
