package dev.lilla.demo;

import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The things of the invented world as slots name them: products, customers, firms, towns, numbers.
///
/// One name of sixteen, by a stable hash, is held out: training never meets it, tests of names use only such.
final class World {
    private static final int HELD_OUT_ONE_OF = 16;
    /// Part of the training words for types, colors and materials that come from the broader lists.
    private static final int MORE_PERCENT = 45;
    /// Part of the training firms without a word that says what they are.
    /// Part of the training people who give their first name alone.
    private static final int FIRST_NAME_PERCENT = 8;
    /// Part of the training numbers of orders and phones that are written in forms which no test has.
    private static final int MORE_NUMBERS_PERCENT = 50;
    private static final int SHORT_FIRM_PERCENT = 25;
    private static final Set<String> SLOTS = Set.of(
            "product",
            "name",
            "customer",
            "firm",
            "merchant",
            "town",
            "city",
            "order",
            "case",
            "phone",
            "quantity",
            "service",
            "color",
            "material",
            "english",
            "swedish",
            "letter",
            "minutes",
            "type",
            "types",
            "definite");

    private final WordLists words = WordLists.SHARED;
    private final NameMaker names = new NameMaker(words);

    /// Whether a stem or a person's name is for tests only.
    static boolean isHeldOut(String name) {
        return Math.floorMod(StableHash.of(name), HELD_OUT_ONE_OF) == 0 || WordLists.SHARED.isForeign(name);
    }

    /// What a slot stands for, and whether it stays the same within an example; null if the world has no such thing.
    @Nullable
    String make(String slot, Draw draw) {
        RandomGenerator random = draw.random();
        String language = draw.language().code();
        return switch (slot) {
            case "product" -> product(draw);
            case "name" -> plainProduct(draw);
            case "customer" -> person(draw);
            case "firm" -> firm(draw);
            case "merchant" -> merchant(draw);
            case "town", "city" -> town(draw);
            case "order" -> number(draw, "more.order", World::order);
            case "case" -> "KV-" + (10_000 + random.nextInt(90_000));
            case "phone" -> number(draw, "more.phone", World::phone);
            case "quantity" ->
                Integer.toString(random.nextInt(4) == 0 ? 21 + random.nextInt(180) : 2 + random.nextInt(19));
            case "service" -> words.any("service." + language, random);
            case "color", "material" -> words.any(broader(draw, slot) + "." + language, random);
            case "english", "swedish", "letter", "minutes" -> words.any(slot, random);
            default -> null;
        };
    }

    /// Whether the world itself fills a slot.
    static boolean knows(String slot) {
        return SLOTS.contains(slot);
    }

    /// Whether what a slot stands for stays the same within an example.
    static boolean staysTheSame(String slot) {
        return switch (slot) {
            case "letter", "minutes", "english", "swedish" -> false;
            default -> true;
        };
    }

    /// The forms of a type of product: singular, plural, definite.
    String[] type(Draw draw) {
        String language = draw.language().code();
        String[] forms =
                words.any(broader(draw, "type") + "." + language, draw.random()).split("\\|");
        return draw.language() == Language.EN ? new String[] {forms[0], forms[1], "the " + forms[0]} : forms;
    }

    /// The list of that name; in training, now and then, the one of things that no test has.
    private static String broader(Draw draw, String list) {
        return draw.broader(list, MORE_PERCENT);
    }

    String town(Draw draw) {
        if (draw.split() == Split.FOREIGN_NAMES) {
            return words.anyForeign("towns", draw.random());
        }
        if (isWide(draw)) {
            return WideNames.town(draw.random());
        }
        String town = names.town(draw.random());
        while (isHeldOut(town) && !words.list("town").contains(town)) {
            town = names.town(draw.random());
        }
        return town;
    }

    private String product(Draw draw) {
        String name = plainProduct(draw);
        return draw.random().nextInt(5) == 0 ? name + " " + draw.value("type") : name;
    }

    private String plainProduct(Draw draw) {
        RandomGenerator random = draw.random();
        String stem = stem(draw, "products");
        return switch (random.nextInt(10)) {
            case 0, 1 -> stem + " " + (2 + random.nextInt(998));
            case 2 -> stem + " " + words.any("number.suffix", random);
            default -> stem;
        };
    }

    private String person(Draw draw) {
        String name = named(
                draw, "customers", () -> isWide(draw) ? WideNames.person(draw.random()) : names.person(draw.random()));
        return draw.hasForeignForms() && draw.chance(FIRST_NAME_PERCENT) ? name.split(" ", 2)[0] : name;
    }

    private String firm(Draw draw) {
        return draw.split() == Split.FOREIGN_NAMES || draw.broader(SHORT_FIRM_PERCENT)
                ? stem(draw, "firms")
                : stem(draw, "firms") + " " + words.any("firm.end", draw.random());
    }

    private String merchant(Draw draw) {
        return draw.split() == Split.FOREIGN_NAMES
                ? stem(draw, "firms")
                : stem(draw, "firms") + " " + words.any("merchant.end", draw.random());
    }

    private String stem(Draw draw, String kind) {
        return named(
                draw,
                kind,
                () -> isWide(draw) ? WideNames.stem(draw.random()) : names.stem(draw.random(), draw.language()));
    }

    /// Whether a name is one of many languages: one in three in training.
    private static boolean isWide(Draw draw) {
        return draw.hasForeignForms() && draw.random().nextInt(3) == 0;
    }

    private String named(Draw draw, String kind, Supplier<String> maker) {
        String name;
        if (draw.split() == Split.FOREIGN_NAMES) {
            name = words.anyForeign(kind, draw.random());
        } else {
            boolean wanted = draw.split() != Split.TRAIN;
            do {
                name = maker.get();
            } while (wanted ? !isHeldOut(name) : holdsHeldOut(name));
        }
        draw.note(name);
        return name;
    }

    /// Whether a name or a word of it is for tests only: "Shiju" alone must not be learned from "Shiju Holm".
    private static boolean holdsHeldOut(String name) {
        if (isHeldOut(name)) {
            return true;
        }
        for (int space = name.indexOf(' '), start = 0; space >= 0; space = name.indexOf(' ', start)) {
            if (isHeldOut(name.substring(start, space))) {
                return true;
            }
            start = space + 1;
        }
        return isHeldOut(name.substring(name.lastIndexOf(' ') + 1));
    }

    /// A number as the tests have them; in training, now and then, in one of the forms of a list.
    private String number(Draw draw, String forms, Function<RandomGenerator, String> usual) {
        RandomGenerator random = draw.random();
        return draw.hasForeignForms() && draw.chance(MORE_NUMBERS_PERCENT)
                ? written(words.any(forms, random), random)
                : usual.apply(random);
    }

    private static String order(RandomGenerator random) {
        int number = 10_000 + random.nextInt(90_000);
        return switch (random.nextInt(6)) {
            case 0 -> "#" + number;
            case 1 -> capital(random) + capital(random) + "-" + number;
            case 2 -> capital(random) + "-" + number / 10 + "-" + (1 + random.nextInt(9));
            case 3 ->
                "2026-" + String.valueOf(100_000 + random.nextInt(100_000)).substring(1);
            case 4 -> capital(random) + number;
            default -> Integer.toString(number);
        };
    }

    private static String capital(RandomGenerator random) {
        return String.valueOf((char) ('A' + random.nextInt(26)));
    }

    /// A number in the form of a line: a digit for each n, and a capital for each A.
    private static String written(String form, RandomGenerator random) {
        StringBuilder number = new StringBuilder();
        for (int at = 0; at < form.length(); at++) {
            char sign = form.charAt(at);
            switch (sign) {
                case 'n' -> number.append((char) ('0' + random.nextInt(10)));
                case 'A' -> number.append(capital(random));
                default -> number.append(sign);
            }
        }
        return number.toString();
    }

    private static String phone(RandomGenerator random) {
        int four = 1000 + random.nextInt(9000);
        return switch (random.nextInt(3)) {
            case 0 ->
                "070-" + (100 + random.nextInt(900)) + " " + (10 + random.nextInt(90)) + " "
                        + (10 + random.nextInt(90));
            case 1 -> "+46 8 " + (100 + random.nextInt(900)) + " " + four;
            default -> "555-" + four;
        };
    }
}
