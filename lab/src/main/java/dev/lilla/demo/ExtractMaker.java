package dev.lilla.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Orders and requests, with the details as one line of JSON.
final class ExtractMaker implements ExampleMaker {
    static final List<String> KEYS = List.of("customer", "product", "quantity", "order", "city", "phone");

    private static final int PRESENT_PERCENT = 72;
    private static final int SUBSET_PERCENT = 45;

    private final Grammar grammar;

    ExtractMaker(Language language) {
        grammar = Grammar.load("extract", language);
    }

    @Override
    public Turns make(Draw draw) {
        Set<String> present = new TreeSet<>();
        while (present.size() < 2) {
            present.clear();
            for (String key : KEYS) {
                if (draw.chance(PRESENT_PERCENT)) {
                    present.add(key);
                }
            }
        }
        String text = letter(draw, present);
        List<String> keys = keys(draw);
        draw.bind("keys", String.join(", ", keys));
        String instruction =
                Instructions.vary(draw, Instructions.extract(draw.language(), keys), grammar, "instruction");
        String kind = keys.size() == KEYS.size() ? "all" : "subset";
        return Turns.of(draw, grammar, kind, instruction + "\n" + text, json(draw, keys, present));
    }

    private String letter(Draw draw, Set<String> present) {
        Set<String> said = new TreeSet<>(present);
        Letter letter = new Letter(draw, grammar).greeted(50);
        boolean signed = said.contains("customer") && draw.chance(40);
        if (signed) {
            said.remove("customer");
        }
        if (said.contains("product") && said.contains("quantity") && draw.chance(65)) {
            said.remove("product");
            said.remove("quantity");
            letter.add("pair");
        }
        said.forEach(letter::add);
        if (draw.chance(35)) {
            letter.add("filler");
        }
        letter.shuffled();
        return (signed ? letter.signed() : letter.unsigned(30)).text();
    }

    private static List<String> keys(Draw draw) {
        if (!draw.chance(SUBSET_PERCENT)) {
            return KEYS;
        }
        List<String> keys = new ArrayList<>();
        while (keys.isEmpty()) {
            for (String key : KEYS) {
                if (draw.chance(50)) {
                    keys.add(key);
                }
            }
        }
        return keys;
    }

    private static String json(Draw draw, List<String> keys, Set<String> present) {
        StringBuilder json = new StringBuilder("{");
        for (String key : keys) {
            json.append(json.length() == 1 ? "" : ", ").append('"').append(key).append("\": ");
            if (!present.contains(key)) {
                json.append("null");
            } else if (key.equals("quantity")) {
                json.append(draw.value(key));
            } else {
                json.append('"').append(draw.value(key)).append('"');
            }
        }
        return json.append('}').toString();
    }
}
