package dev.lilla.demo;

import java.util.Locale;
import java.util.random.RandomGenerator;

/// Names from clusters and accented letters of many languages, for training alone: what names tests are made of stays
/// as it is, and a model that has copied these copies names that it has never seen anything like.
final class WideNames {
    private static final String[] ONSETS = ("b c d f g h j k l m n p q r s t v w x y z b d k l m n r s t "
                    + "bl br ch cl cr cz dh dr fl fr gh gl gr gw hj kh kl kr kv ll mb mc mw nd ng nj ph pl pr ps "
                    + "qu rh sch schw sh sj sk sl sm sn sp st str sv sz th thr tl tr ts tw tz v vl wh wr zh š ž č ç ł")
            .split(" ");
    private static final String[] VOWELS =
            ("a e i o u y a e i o u a e i o ai au ay ea ee ei eo eu ia ie io oa oe oi oo ou ow ua ue ui uu "
                            + "á à â ã å ä æ é è ê í î ï ñe ó ò ô õ ö ø ú ù û ü ý ı")
                    .split(" ");
    private static final String[] CODAS =
            ("b c ck d f g k l ll m n nn p r s ss t tt x z n r s l t ch ct dt ft ght gh ld lf lk lm ls lt mb mp nc "
                            + "nck nd ng nk ns nt nz ps rd rg rk rl rm rn rs rt rth rz sch sh sk st th tch tz wn ws ń ş ğ")
                    .split(" ");
    private static final String[] PREFIXES = {"O'", "Mc", "Mac", "D'", "Al-", "Van ", "Di ", "La ", "El ", "St. "};

    private WideNames() {}

    /// What a product, a firm or a place is called.
    static String stem(RandomGenerator random) {
        return switch (random.nextInt(12)) {
            case 0 -> word(random) + " & " + word(random);
            case 1 -> word(random) + " " + (char) ('A' + random.nextInt(26)) + (1 + random.nextInt(99));
            case 2 -> word(random) + " " + 100 * (1 + random.nextInt(90));
            case 3, 4, 5 -> word(random) + " " + word(random);
            case 6 -> word(random) + word(random).toLowerCase(Locale.ROOT);
            default -> word(random);
        };
    }

    /// First name and surname.
    static String person(RandomGenerator random) {
        String surname =
                random.nextInt(8) == 0 ? PREFIXES[random.nextInt(PREFIXES.length)] + word(random) : word(random);
        return switch (random.nextInt(12)) {
            case 0 -> word(random) + " " + word(random) + " " + surname;
            case 1 -> word(random) + " " + word(random) + "-" + surname;
            default -> word(random) + " " + surname;
        };
    }

    static String town(RandomGenerator random) {
        return random.nextInt(5) == 0 ? word(random) + " " + word(random) : word(random);
    }

    /// One to four syllables.
    private static String word(RandomGenerator random) {
        int syllables = random.nextInt(8) == 0 ? 1 : 2 + random.nextInt(random.nextInt(3) == 0 ? 3 : 2);
        StringBuilder word = new StringBuilder();
        for (int at = 0; at < syllables; at++) {
            if (at > 0 || random.nextInt(6) > 0) {
                word.append(ONSETS[random.nextInt(ONSETS.length)]);
            }
            word.append(VOWELS[random.nextInt(VOWELS.length)]);
            if (random.nextInt(at == syllables - 1 ? 2 : 4) == 0) {
                word.append(CODAS[random.nextInt(CODAS.length)]);
            }
        }
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
