package dev.lilla.evaluate.metric;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// English words to their stems (Porter, "An algorithm for suffix stripping", 1980), with the extensions of NLTK that
/// rouge_score uses.
final class PorterStemmer {
    private static final Map<String, String> IRREGULAR = Map.ofEntries(
            Map.entry("sky", "sky"),
            Map.entry("skies", "sky"),
            Map.entry("dying", "die"),
            Map.entry("lying", "lie"),
            Map.entry("tying", "tie"),
            Map.entry("news", "news"),
            Map.entry("innings", "inning"),
            Map.entry("inning", "inning"),
            Map.entry("outings", "outing"),
            Map.entry("outing", "outing"),
            Map.entry("cannings", "canning"),
            Map.entry("canning", "canning"),
            Map.entry("howe", "howe"),
            Map.entry("proceed", "proceed"),
            Map.entry("exceed", "exceed"),
            Map.entry("succeed", "succeed"));

    private static final List<Rule> PLURALS =
            List.of(Rule.always("sses", "ss"), Rule.always("ies", "i"), Rule.always("ss", "ss"), Rule.always("s", ""));

    private static final List<Rule> STEP_2 = List.of(
            Rule.measured("ational", "ate"),
            Rule.measured("tional", "tion"),
            Rule.measured("enci", "ence"),
            Rule.measured("anci", "ance"),
            Rule.measured("izer", "ize"),
            Rule.measured("bli", "ble"),
            Rule.measured("alli", "al"),
            Rule.measured("entli", "ent"),
            Rule.measured("eli", "e"),
            Rule.measured("ousli", "ous"),
            Rule.measured("ization", "ize"),
            Rule.measured("ation", "ate"),
            Rule.measured("ator", "ate"),
            Rule.measured("alism", "al"),
            Rule.measured("iveness", "ive"),
            Rule.measured("fulness", "ful"),
            Rule.measured("ousness", "ous"),
            Rule.measured("aliti", "al"),
            Rule.measured("iviti", "ive"),
            Rule.measured("biliti", "ble"),
            Rule.measured("fulli", "ful"),
            new Rule("logi", "log", stem -> measure(stem + "l") > 0));

    private static final List<Rule> STEP_3 = List.of(
            Rule.measured("icate", "ic"),
            Rule.measured("ative", ""),
            Rule.measured("alize", "al"),
            Rule.measured("iciti", "ic"),
            Rule.measured("ical", "ic"),
            Rule.measured("ful", ""),
            Rule.measured("ness", ""));

    private static final List<Rule> STEP_4 = List.of(
            Rule.dropped("al"),
            Rule.dropped("ance"),
            Rule.dropped("ence"),
            Rule.dropped("er"),
            Rule.dropped("ic"),
            Rule.dropped("able"),
            Rule.dropped("ible"),
            Rule.dropped("ant"),
            Rule.dropped("ement"),
            Rule.dropped("ment"),
            Rule.dropped("ent"),
            new Rule("ion", "", stem -> measure(stem) > 1 && (stem.endsWith("s") || stem.endsWith("t"))),
            Rule.dropped("ou"),
            Rule.dropped("ism"),
            Rule.dropped("ate"),
            Rule.dropped("iti"),
            Rule.dropped("ous"),
            Rule.dropped("ive"),
            Rule.dropped("ize"));

    /// @param condition on what is left without the suffix
    private record Rule(String suffix, String replacement, Predicate<String> condition) {
        static Rule always(String suffix, String replacement) {
            return new Rule(suffix, replacement, stem -> true);
        }

        static Rule measured(String suffix, String replacement) {
            return new Rule(suffix, replacement, stem -> measure(stem) > 0);
        }

        static Rule dropped(String suffix) {
            return new Rule(suffix, "", stem -> measure(stem) > 1);
        }
    }

    private PorterStemmer() {}

    /// @param word in lower case
    static String stem(String word) {
        String irregular = IRREGULAR.get(word);
        if (irregular != null) {
            return irregular;
        }
        if (word.length() <= 2) {
            return word;
        }
        String stem = yToI(pastAndProgress(plural(word)));
        return withoutFinalE(apply(STEP_4, apply(STEP_3, step2(stem))));
    }

    private static String plural(String word) {
        return word.endsWith("ies") && word.length() == 4 ? word.substring(0, word.length() - 1) : apply(PLURALS, word);
    }

    private static String pastAndProgress(String word) {
        if (word.endsWith("ied")) {
            return word.substring(0, word.length() - (word.length() == 4 ? 1 : 2));
        }
        if (word.endsWith("eed")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        String stem = word;
        if (word.endsWith("ed") && hasVowel(cut(word, 2))) {
            stem = cut(word, 2);
        } else if (word.endsWith("ing") && hasVowel(cut(word, 3))) {
            stem = cut(word, 3);
        } else {
            return word;
        }
        if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
            return stem + "e";
        }
        if (endsWithDoubleConsonant(stem)) {
            char last = stem.charAt(stem.length() - 1);
            return last == 'l' || last == 's' || last == 'z' ? stem : cut(stem, 1);
        }
        return measure(stem) == 1 && endsShort(stem) ? stem + "e" : stem;
    }

    private static String yToI(String word) {
        boolean becomes = word.endsWith("y") && word.length() > 2 && isConsonant(word, word.length() - 2);
        return becomes ? cut(word, 1) + "i" : word;
    }

    private static String step2(String word) {
        return word.endsWith("alli") && measure(cut(word, 4)) > 0 ? step2(cut(word, 2)) : apply(STEP_2, word);
    }

    private static String withoutFinalE(String word) {
        String stem = word;
        if (word.endsWith("e")) {
            String shorter = cut(word, 1);
            int measure = measure(shorter);
            stem = measure > 1 || (measure == 1 && !endsShort(shorter)) ? shorter : word;
        }
        return stem.endsWith("ll") && measure(cut(stem, 1)) > 1 ? cut(stem, 1) : stem;
    }

    /// The first rule whose suffix fits decides.
    private static String apply(List<Rule> rules, String word) {
        for (Rule rule : rules) {
            if (word.endsWith(rule.suffix())) {
                String stem = cut(word, rule.suffix().length());
                return rule.condition().test(stem) ? stem + rule.replacement() : word;
            }
        }
        return word;
    }

    private static String cut(String word, int letters) {
        return word.substring(0, word.length() - letters);
    }

    private static boolean isConsonant(String word, int index) {
        char letter = word.charAt(index);
        if (letter == 'y') {
            return index == 0 || !isConsonant(word, index - 1);
        }
        return "aeiou".indexOf(letter) < 0;
    }

    private static boolean hasVowel(String stem) {
        for (int i = 0; i < stem.length(); i++) {
            if (!isConsonant(stem, i)) {
                return true;
            }
        }
        return false;
    }

    /// How often a vowel is followed by a consonant.
    private static int measure(String stem) {
        int changes = 0;
        for (int i = 1; i < stem.length(); i++) {
            changes += isConsonant(stem, i) && !isConsonant(stem, i - 1) ? 1 : 0;
        }
        return changes;
    }

    private static boolean endsWithDoubleConsonant(String word) {
        int last = word.length() - 1;
        return last > 0 && word.charAt(last) == word.charAt(last - 1) && isConsonant(word, last);
    }

    /// Consonant, vowel, consonant other than w, x and y; NLTK takes vowel and consonant alone too.
    private static boolean endsShort(String word) {
        int last = word.length() - 1;
        if (last == 1) {
            return !isConsonant(word, 0) && isConsonant(word, 1);
        }
        return last > 1
                && isConsonant(word, last)
                && !isConsonant(word, last - 1)
                && isConsonant(word, last - 2)
                && "wxy".indexOf(word.charAt(last)) < 0;
    }
}
