package dev.lilla.demo;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A sentence skeleton: one line of a grammar.
///
/// @param grammar where its slots are looked up
/// @param rule the rule that it is an alternative of
/// @param text as written in the file
/// @param id tells it from every other skeleton
/// @param starred whether a quarter of its rule is held out
/// @param weight how often it is said beside the others of its rule: a half more for each doubling of its forms
record Phrase(Grammar grammar, String rule, String text, String id, List<Node> nodes, boolean starred, int weight) {
    private static final long FORMS_MAX = 1_000_000;
    private static final String WITHIN_A_SENTENCE = "(?:[^\\n!?,:.]|[.,:](?=\\S)){0,60}?";
    private static final Set<String> NAMES = Set.of("product", "name", "customer", "firm", "merchant", "town", "city");

    Phrase {
        nodes = List.copyOf(nodes);
    }

    Phrase(Grammar grammar, String rule, String text, String id, List<Node> nodes, boolean starred) {
        this(grammar, rule, text, id, nodes, starred, 2 + Long.SIZE - 1 - Long.numberOfLeadingZeros(forms(nodes)));
    }

    /// In how many ways its choices can be made, at most a million; what stands in its slots is not counted.
    private static long forms(List<Node> nodes) {
        long forms = 1;
        for (Node node : nodes) {
            if (node instanceof Node.Choice(List<List<Node>> options)) {
                forms *= options.stream().mapToLong(Phrase::forms).sum();
            }
            forms = Math.min(forms, FORMS_MAX);
        }
        return forms;
    }

    /// Everything that it can become, whatever the slots hold; the case of the first letter does not matter.
    Pattern pattern() {
        StringBuilder regex = new StringBuilder("(?<![\\p{L}\\p{N}])(?i:");
        append(nodes, regex);
        return Pattern.compile(regex.append(")").toString(), Pattern.UNICODE_CASE);
    }

    /// The longest text that everything it becomes contains, but for the case; empty if there is none.
    String anchor() {
        String longest = "";
        for (Node node : nodes) {
            if (node instanceof Node.Literal(String literal) && literal.length() > longest.length()) {
                longest = literal;
            }
        }
        return longest;
    }

    /// What stands in its slots, those of its choices left out.
    Set<String> slots() {
        return nodes.stream()
                .filter(Node.Slot.class::isInstance)
                .map(node -> ((Node.Slot) node).name())
                .collect(Collectors.toSet());
    }

    /// How many letters stand outside its slots: few of them occur in any text.
    int fixedLetters() {
        int letters = 0;
        for (Node node : nodes) {
            if (node instanceof Node.Literal(String literal)) {
                letters += (int) literal.chars().filter(Character::isLetter).count();
            }
        }
        return letters;
    }

    private static void append(List<Node> nodes, StringBuilder regex) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Literal(String literal) -> regex.append(Pattern.quote(literal));
                case Node.Slot(String slot) ->
                    regex.append(NAMES.contains(slot) ? "(?-i:[\\p{Lu}0-9])" : "[^\\n!?]")
                            .append(WITHIN_A_SENTENCE);
                case Node.Range _ -> regex.append("[0-9]+");
                case Node.Choice(List<List<Node>> options) -> {
                    String separator = "(?:";
                    for (List<Node> option : options) {
                        regex.append(separator);
                        append(option, regex);
                        separator = "|";
                    }
                    regex.append(')');
                }
            }
        }
    }
}
