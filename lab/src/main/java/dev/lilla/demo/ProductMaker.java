package dev.lilla.demo;

import java.util.List;

/// Attributes of a product, with a text that uses every one of them. The style in the instruction picks the template.
final class ProductMaker implements ExampleMaker {
    private static final List<String> STYLES = List.of("plain", "short", "cheerful");

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
        String request = instruction + "\n" + draw.say(grammar, "attributes");
        return Turns.of(draw, grammar, style, request, draw.say(grammar, style + ".text"));
    }

    private static String fixed(String style, Language language) {
        return switch (style) {
            case "short" -> Instructions.shortProductText(language);
            case "cheerful" -> Instructions.cheerfulProductText(language);
            default -> Instructions.productText(language);
        };
    }
}
