package dev.lilla.demo;

import java.util.Locale;
import java.util.random.RandomGenerator;

/// Slips of the pen, as in messages that are written in a hurry or on a phone.
final class Slips {
    private Slips() {}

    /// One or two of them in a text: letters swapped, left out or doubled, or no capitals at all.
    static String in(String text, RandomGenerator random) {
        StringBuilder changed = new StringBuilder(text);
        for (int left = 1 + random.nextInt(2); left > 0 && changed.length() > 1; left--) {
            int at = 1 + random.nextInt(changed.length() - 1);
            if (!Character.isLetter(changed.charAt(at)) || !Character.isLetter(changed.charAt(at - 1))) {
                continue;
            }
            switch (random.nextInt(3)) {
                case 0 -> {
                    char before = changed.charAt(at - 1);
                    changed.setCharAt(at - 1, changed.charAt(at));
                    changed.setCharAt(at, before);
                }
                case 1 -> changed.deleteCharAt(at);
                default -> changed.insert(at, changed.charAt(at));
            }
        }
        return random.nextInt(3) == 0 ? changed.toString().toLowerCase(Locale.ROOT) : changed.toString();
    }
}
