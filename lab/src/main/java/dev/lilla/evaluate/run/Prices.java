package dev.lilla.evaluate.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// What computing costs, from a file that the user edits.
///
/// @param date of the prices
/// @param machine what this machine costs
/// @param apis what models elsewhere cost, for comparison
/// @param isDefault whether nobody edited them yet
public record Prices(String currency, String date, Machine machine, List<Api> apis, boolean isDefault) {
    private static final String DEFAULT = "prices.yaml";
    private static final double SECONDS_OF_YEAR = 365.25 * 24 * 3600;
    private static final double JOULES_OF_KWH = 3.6e6;
    private static final double REQUESTS = 1000;
    private static final double TOKENS = 1e6;

    public Prices {
        apis = List.copyOf(apis);
    }

    /// @param price of the machine
    /// @param years until it is written off
    /// @param usedShare of the time in which it answers, above 0 to 1: idle hours are paid too
    /// @param watts drawn while it answers
    /// @param kwhPrice of power
    public record Machine(double price, double years, double usedShare, double watts, double kwhPrice) {}

    /// A model elsewhere.
    ///
    /// @param inputPrice of a million tokens read
    /// @param outputPrice of a million tokens written
    public record Api(String name, double inputPrice, double outputPrice) {}

    /// Assumptions for a small server, to be edited.
    public static Prices assumed() {
        try (InputStream in = Prices.class.getResourceAsStream(DEFAULT)) {
            if (in == null) {
                throw new IllegalStateException(DEFAULT + " is missing from the program");
            }
            return parse(YAMLMapper.shared().readTree(in), DEFAULT, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @throws IllegalArgumentException if a price is missing or no number; the message names its key
    public static Prices read(Path file) {
        try {
            return parse(YAMLMapper.shared().readTree(Files.readString(file)), file.toString(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": is no YAML: " + e.getOriginalMessage(), e);
        }
    }

    private static Prices parse(JsonNode tree, String name, boolean isDefault) {
        requireOnly(tree, name, Set.of("currency", "date", "machine", "apis"));
        JsonNode machine = tree.path("machine");
        requireOnly(machine, name + ": 'machine'", Set.of("price", "years", "used-share", "watts", "kwh-price"));
        List<Api> apis = new ArrayList<>();
        for (JsonNode api : tree.path("apis")) {
            requireOnly(api, name + ": 'apis'", Set.of("name", "input-price", "output-price"));
            apis.add(new Api(
                    api.path("name").asString("API"),
                    number(api, "input-price", name),
                    number(api, "output-price", name)));
        }
        Machine costs = new Machine(
                number(machine, "price", name),
                number(machine, "years", name),
                number(machine, "used-share", name),
                number(machine, "watts", name),
                number(machine, "kwh-price", name));
        if (costs.years() <= 0 || costs.usedShare() <= 0 || costs.usedShare() > 1) {
            throw new IllegalArgumentException(name + ": 'years' must be above 0 and 'used-share' above 0 to 1, found "
                    + costs.years() + " and " + costs.usedShare());
        }
        return new Prices(
                tree.path("currency").asString("EUR"), tree.path("date").asString("undated"), costs, apis, isDefault);
    }

    private static void requireOnly(JsonNode tree, String name, Set<String> known) {
        Set<String> unknown = new TreeSet<>(tree.propertyNames());
        unknown.removeAll(known);
        if (!tree.isObject() || !unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    name + ": expected the keys " + new TreeSet<>(known) + ", found " + tree.propertyNames());
        }
    }

    private static double number(JsonNode tree, String key, String name) {
        JsonNode value = tree.path(key);
        if (!value.isNumber() || value.doubleValue() < 0) {
            throw new IllegalArgumentException(
                    name + ": '" + key + "' is " + value + ", expected a number of 0 or more");
        }
        return value.doubleValue();
    }

    /// What a model elsewhere costs.
    ///
    /// @throws IllegalArgumentException if no price of it is known
    public Api price(Elsewhere place) {
        return apis.stream()
                .filter(api -> api.name().equals(place.name()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the prices " + (isDefault ? "that are assumed " : "")
                        + "name nothing for " + place.name() + " at " + place.host()
                        + ". Write a price file with an entry \"- name: " + place.name()
                        + "\", \"input-price\" and \"output-price\" of a million tokens under \"apis\", and give it"
                        + " with --prices FILE."));
    }

    /// What 1,000 requests cost: on this machine its share of the purchase, and power; elsewhere the price of
    /// their tokens.
    public double perThousand(Efficiency efficiency) {
        if (efficiency.elsewhere().isPresent()) {
            return perThousand(efficiency, price(efficiency.elsewhere().get()));
        }
        double seconds = efficiency.secondsPerAnswer();
        double purchase = machine.price() / (machine.years() * SECONDS_OF_YEAR * machine.usedShare()) * seconds;
        double joules = efficiency.joulesPerAnswer().orElse(machine.watts() * seconds);
        return REQUESTS * (purchase + joules / JOULES_OF_KWH * machine.kwhPrice());
    }

    /// What the same tokens cost through an API.
    public static double perThousand(Efficiency efficiency, Api api) {
        return REQUESTS
                * (efficiency.promptTokens() * api.inputPrice() + efficiency.completionTokens() * api.outputPrice())
                / TOKENS;
    }
}
