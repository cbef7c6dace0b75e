package dev.lilla.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Orders and requests, with the details as one line of JSON.
///
/// Training is broader than the tests: sentences and signatures that say several details, quantities in words, goods
/// without a name of their own, keys in other words. What the JSON holds is said in the message as it stands there, but
/// for quantities, which are always digits.
final class ExtractMaker implements ExampleMaker {
    static final List<String> KEYS = List.of("customer", "product", "quantity", "order", "city", "phone");
    /// What one sentence may say of a training message, each by a rule of its own: `more.customer.city`.
    static final List<List<String>> TOGETHER = List.of(
            List.of("customer", "city"),
            List.of("customer", "phone"),
            List.of("customer", "order"),
            List.of("customer", "product"),
            List.of("product", "order"),
            List.of("product", "city"),
            List.of("order", "city"),
            List.of("order", "phone"),
            List.of("city", "phone"),
            List.of("customer", "city", "phone"),
            List.of("product", "quantity", "city"),
            List.of("product", "quantity", "order"),
            List.of("customer", "product", "quantity"),
            List.of("customer", "product", "quantity", "city"));

    private static final int PRESENT_PERCENT = 72;
    private static final int SUBSET_PERCENT = 45;
    private static final int MORE_PERCENT = 55;
    private static final int TOGETHER_PERCENT = 40;
    private static final int SIGNATURE_PERCENT = 55;
    private static final int LINES_PERCENT = 25;
    private static final int SPELLED_PERCENT = 25;
    private static final int SINGLE_PERCENT = 12;
    private static final int NAMED_PERCENT = 40;
    private static final int GOODS_PERCENT = 35;
    private static final int OTHER_KEYS_PERCENT = 15;

    private final Grammar grammar;
    private final List<String> numbers;
    private final Map<String, String> digits = new HashMap<>();

    ExtractMaker(Language language) {
        grammar = Grammar.loadBroad("extract", language);
        for (String line : grammar.lines("more.number")) {
            int space = line.indexOf(' ');
            digits.put(line.substring(space + 1), line.substring(0, space));
        }
        numbers = digits.keySet().stream().sorted().toList();
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
        Map<String, String> labels = labels(draw, keys);
        List<String> asked = keys.stream().map(labels::get).toList();
        draw.bind("keys", String.join(", ", asked));
        String instruction =
                Instructions.vary(draw, Instructions.extract(draw.language(), asked), grammar, "instruction");
        String kind = keys.size() == KEYS.size() ? "all" : "subset";
        return Turns.of(
                draw, grammar, kind, Instructions.above(draw, instruction, text), json(draw, text, labels, present));
    }

    private String letter(Draw draw, Set<String> present) {
        Set<String> said = new TreeSet<>(present);
        Letter letter = new Letter(draw, grammar).greeted(50);
        boolean signed = said.contains("customer") && draw.chance(40);
        String signature = signed ? signature(draw, said) : "";
        nameGoods(draw);
        addSingle(letter, draw, said);
        addTogether(letter, draw, said);
        if (said.contains("product") && said.contains("quantity") && draw.chance(65)) {
            said.remove("product");
            said.remove("quantity");
            letter.add(draw.broader("pair", MORE_PERCENT));
        }
        said.forEach(key -> letter.add(draw.broader(key, MORE_PERCENT)));
        if (draw.chance(35)) {
            letter.add("filler");
        }
        letter.shuffled();
        return (signed ? letter.signed(signature) : letter.unsigned(30))
                .inLines(LINES_PERCENT)
                .text();
    }

    /// The rule of an ending with the customer's name; in training it may hold the city and the phone number as well.
    private static String signature(Draw draw, Set<String> said) {
        said.remove("customer");
        if (!draw.broader(SIGNATURE_PERCENT)) {
            return "closing";
        }
        StringBuilder rule = new StringBuilder("more.signature");
        for (String key : List.of("city", "phone")) {
            if (said.contains(key) && draw.chance(60)) {
                said.remove(key);
                rule.append('.').append(key);
            }
        }
        return rule.toString();
    }

    /// In training, now and then, goods without a name of their own, and a small quantity in words.
    private void nameGoods(Draw draw) {
        if (draw.broader(GOODS_PERCENT)) {
            draw.bind("product", draw.say(grammar, "more.goods"));
        }
        if (draw.broader(SPELLED_PERCENT)) {
            draw.bind("quantity", WordLists.any(numbers, draw.random()));
        }
    }

    /// In training, now and then, a single piece: it needs sentences of its own.
    private void addSingle(Letter letter, Draw draw, Set<String> said) {
        if (said.containsAll(List.of("product", "quantity")) && draw.broader(SINGLE_PERCENT)) {
            said.removeAll(List.of("product", "quantity"));
            draw.forget("product");
            draw.bind("quantity", "1");
            boolean named = draw.chance(NAMED_PERCENT);
            if (!named) {
                draw.bind("product", draw.say(grammar, "more.good"));
            }
            letter.add(named ? "more.single" : "more.single.good");
        }
    }

    /// In training, now and then, sentences that say several details.
    private static void addTogether(Letter letter, Draw draw, Set<String> said) {
        while (draw.broader(TOGETHER_PERCENT)) {
            List<List<String>> fitting =
                    TOGETHER.stream().filter(said::containsAll).toList();
            if (fitting.isEmpty()) {
                return;
            }
            List<String> together = WordLists.any(fitting, draw.random());
            together.forEach(said::remove);
            letter.add(Grammar.more(String.join(".", together)));
        }
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

    /// What the JSON calls each detail; in training, now and then, something else than the tests do.
    private Map<String, String> labels(Draw draw, List<String> keys) {
        boolean others = draw.broader(OTHER_KEYS_PERCENT);
        Map<String, String> labels = new LinkedHashMap<>();
        for (String key : keys) {
            labels.put(key, others && draw.chance(80) ? draw.say(grammar, Grammar.more("key." + key)) : key);
        }
        return labels;
    }

    private String json(Draw draw, String text, Map<String, String> labels, Set<String> present) {
        List<String> pairs = new ArrayList<>();
        labels.forEach((key, label) ->
                pairs.add('"' + label + "\": " + (present.contains(key) ? value(key, draw.value(key), text) : "null")));
        return '{' + String.join(", ", pairs) + '}';
    }

    private String value(String key, String value, String text) {
        return key.equals("quantity") ? digits.getOrDefault(value, value) : '"' + asSaid(value, text) + '"';
    }

    /// The value as it stands in the text: goods without a name have a capital where they begin a sentence.
    private static String asSaid(String value, String text) {
        return text.contains(value) ? value : NameMaker.capitalized(value);
    }
}
