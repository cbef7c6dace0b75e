package dev.lilla.demo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Attributes of a product, with a text that uses every one of them. The style in the instruction picks the template.
///
/// Tests give all attributes. Training often gives some only, in any order: then the text is put together from the
/// parts of a style that say nothing of the others.
final class ProductMaker implements ExampleMaker {
    private static final List<String> STYLES = List.of("plain", "short", "cheerful");
    private static final List<String> OPTIONAL = List.of("color", "material", "weight", "feature", "audience");
    private static final int SPARSE_PERCENT = 50;

    private final Grammar grammar;

    ProductMaker(Language language) {
        grammar = Grammar.loadBroad("product", language);
    }

    @Override
    public Turns make(Draw draw) {
        String style = WordLists.any(STYLES, draw.random());
        draw.bind("product", draw.value("name"));
        for (String slot : List.of("weight", "feature", "audience")) {
            draw.bind(slot, draw.say(grammar, slot));
        }
        String instruction = Instructions.vary(draw, fixed(style, draw.language()), grammar, style + ".instruction");
        if (draw.broader(SPARSE_PERCENT)) {
            Set<String> given = given(draw);
            List<String> attributes = draw.shuffled(parts(draw, "more.attributes", given));
            return Turns.of(
                    draw,
                    grammar,
                    style,
                    Instructions.above(draw, instruction, String.join(", ", attributes)),
                    text(draw, style, given));
        }
        String request = instruction + "\n" + draw.say(grammar, "attributes");
        return Turns.of(draw, grammar, style, request, draw.say(grammar, style + ".text"));
    }

    /// What a product with few attributes has.
    private static Set<String> given(Draw draw) {
        Set<String> given = new HashSet<>(List.of("product", "type"));
        int count = draw.random().nextInt(OPTIONAL.size());
        given.addAll(draw.shuffled(OPTIONAL).subList(0, count));
        return given;
    }

    /// An opening, then what has a sentence of its own, then a last sentence of the facts that are left.
    private String text(Draw draw, String style, Set<String> given) {
        String rule = "more." + style;
        List<String> sentences = new ArrayList<>();
        String opening = String.join(" ", parts(draw, rule + ".opening", given));
        List<String> extras = parts(draw, rule + ".extra", given);
        sentences.add(String.join(
                        ", ", Stream.concat(Stream.of(opening), extras.stream()).toList())
                + draw.say(grammar, rule + ".end"));
        sentences.addAll(parts(draw, rule + ".sentence", given));
        List<String> facts = parts(draw, rule + ".fact", given);
        if (!facts.isEmpty()) {
            draw.bind("facts", enumerated(draw, facts));
            sentences.add(draw.say(grammar, rule + ".facts"));
        }
        return String.join(" ", sentences);
    }

    /// "a", "a and b", "a, b and c".
    private String enumerated(Draw draw, List<String> facts) {
        int last = facts.size() - 1;
        return last == 0
                ? facts.getFirst()
                : String.join(", ", facts.subList(0, last)) + " " + draw.say(grammar, "more.and") + " "
                        + facts.get(last);
    }

    /// The lines of a rule that need nothing but what is given, in their order.
    private List<String> parts(Draw draw, String rule, Set<String> given) {
        if (!grammar.has(rule)) {
            return List.of();
        }
        return grammar.rule(rule).known().stream()
                .filter(part -> given.containsAll(part.slots()))
                .map(draw::say)
                .toList();
    }

    private static String fixed(String style, Language language) {
        return switch (style) {
            case "short" -> Instructions.shortProductText(language);
            case "cheerful" -> Instructions.cheerfulProductText(language);
            default -> Instructions.productText(language);
        };
    }
}
