package dev.lilla.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Looks for what is held out in the texts of training data: names, sentence skeletons, whole test examples.
///
/// It reads the texts, not what the generator says of them; what the generator says is checked as well.
public final class LeakCheck {
    /// A skeleton with fewer letters of its own occurs in any text, so it must be a whole line to count.
    private static final int TELLING_LETTERS = 12;

    private static final int KEPT_MAX = 20;

    private final Map<String, List<String>> namesByWord = new HashMap<>();
    private final Set<String> requests = new HashSet<>();
    private final Set<String> heldOutIds = new HashSet<>();
    private final List<Skeleton> skeletons = new ArrayList<>();
    private final List<String> leaks = new ArrayList<>();
    private long examples;
    private long found;

    private record Skeleton(String id, String anchor, Pattern pattern, boolean whole) {}

    /// What was looked at, and what was found.
    ///
    /// @param examples of training data
    /// @param names that are held out and were looked for
    /// @param skeletons that are held out and were looked for
    /// @param found how many leaks; 0 if all is well
    /// @param leaks the first of them
    public record Report(long examples, int names, int skeletons, long found, List<String> leaks) {
        public Report {
            leaks = List.copyOf(leaks);
        }
    }

    /// Looks for the skeletons of every grammar, the names from outside the generator, and what tests are made of.
    public LeakCheck(Stream<Example> tests) {
        for (String task : List.of("classify", "extract", "qa", "summary", "product", "talk", "house")) {
            for (Language language : Language.values()) {
                Grammar.load(task, language).heldOut().forEach(this::lookFor);
            }
        }
        WordLists.SHARED.foreignNames().stream()
                .filter(name -> name.contains(" "))
                .forEach(this::lookFor);
        tests.forEach(test -> {
            requests.add(key(test));
            test.names().forEach(this::lookFor);
        });
    }

    /// Reads an example of training data.
    ///
    /// @return whether nothing that is held out is in it
    public boolean read(Example example) {
        long before = found;
        examples++;
        String text = example.text();
        if (requests.contains(key(example)) && example.task() != Task.TALK) {
            report("the test request", example.request(), example);
        }
        for (String id : example.skeletons()) {
            if (heldOutIds.contains(id)) {
                report("the skeleton", id, example);
            }
        }
        for (String name : example.names()) {
            if (World.isHeldOut(name)) {
                report("the name", name, example);
            }
        }
        readNames(text, example);
        readSkeletons(text, example);
        return found == before;
    }

    public Report report() {
        int names = namesByWord.values().stream().mapToInt(List::size).sum();
        return new Report(examples, names, skeletons.size(), found, leaks);
    }

    private void lookFor(Phrase phrase) {
        heldOutIds.add(phrase.id());
        boolean whole = phrase.fixedLetters() < TELLING_LETTERS;
        String anchor =
                phrase.anchor().substring(phrase.anchor().isEmpty() ? 0 : 1).toLowerCase(Locale.ROOT);
        skeletons.add(new Skeleton(phrase.id(), anchor, phrase.pattern(), whole));
    }

    private void lookFor(String name) {
        List<String> names = namesByWord.computeIfAbsent(firstWord(name), _ -> new ArrayList<>());
        if (!names.contains(name)) {
            names.add(name);
        }
    }

    private void readNames(String text, Example example) {
        for (int start = 0; start < text.length(); start++) {
            if (!isWord(text.charAt(start)) || (start > 0 && isWord(text.charAt(start - 1)))) {
                continue;
            }
            for (String name :
                    namesByWord.getOrDefault(firstWord(text.substring(start, end(text, start))), List.of())) {
                int end = start + name.length();
                if (text.startsWith(name, start) && (end == text.length() || !isWord(text.charAt(end)))) {
                    report("the name", name, example);
                }
            }
        }
    }

    private void readSkeletons(String text, Example example) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (Skeleton skeleton : skeletons) {
            if (!lower.contains(skeleton.anchor())) {
                continue;
            }
            boolean leak = skeleton.whole()
                    ? text.lines()
                            .anyMatch(line -> skeleton.pattern().matcher(line).matches())
                    : skeleton.pattern().matcher(text).find();
            if (leak) {
                report("the skeleton", skeleton.id(), example);
            }
        }
    }

    private void report(String what, String which, Example example) {
        found++;
        if (leaks.size() < KEPT_MAX) {
            leaks.add(what + " '" + which + "' occurs in: " + example.text().replace('\n', ' '));
        }
    }

    private static String key(Example example) {
        return example.task() + "\n" + example.request();
    }

    private static String firstWord(String name) {
        return name.substring(0, end(name, 0));
    }

    private static int end(String text, int start) {
        int end = start;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isWord(char sign) {
        return Character.isLetterOrDigit(sign) || sign == '-';
    }
}
