package dev.lilla.tokenizer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The special tokens of a vocabulary that is trained; they get the first ids, in this order.
///
/// @param begin begins every text
/// @param end ends a text, and each turn of the assistant
/// @param system opens the turn of the system
/// @param user opens a turn of the user
/// @param assistant opens a turn of the assistant
/// @param padding fills up rows of a batch; never part of a text
/// @param others more of them, without a role in the chat template
public record ControlTokens(
        String begin, String end, String system, String user, String assistant, String padding, List<String> others) {
    public static final ControlTokens DEFAULT =
            new ControlTokens("<|begin|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|pad|>", List.of());

    /// @throws IllegalArgumentException if one is empty, too long, or there twice
    public ControlTokens {
        others = List.copyOf(others);
        Set<String> seen = new HashSet<>();
        for (String token : list(begin, end, system, user, assistant, padding, others)) {
            if (token.length() < 2 || token.length() > AddedTokenFinder.CHARACTERS_MAX || !seen.add(token)) {
                throw new IllegalArgumentException("the special token \"" + token + "\" "
                        + (seen.contains(token) ? "is there twice" : "has " + token.length() + " characters")
                        + ", expected different ones of 2 to " + AddedTokenFinder.CHARACTERS_MAX + " characters");
            }
        }
    }

    /// The same with more tokens.
    public ControlTokens with(List<String> more) {
        return new ControlTokens(begin, end, system, user, assistant, padding, more);
    }

    /// All of them by id.
    public List<String> all() {
        return list(begin, end, system, user, assistant, padding, others);
    }

    private static List<String> list(
            String begin,
            String end,
            String system,
            String user,
            String assistant,
            String padding,
            List<String> others) {
        List<String> all = new ArrayList<>(List.of(begin, end, system, user, assistant, padding));
        all.addAll(others);
        return all;
    }
}
