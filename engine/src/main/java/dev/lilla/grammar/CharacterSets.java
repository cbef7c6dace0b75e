package dev.lilla.grammar;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Sets of characters that have names: the classes of ECMA-262, and Unicode's general categories.
final class CharacterSets {
    private static final Map<String, CodePointSet> CATEGORIES = new ConcurrentHashMap<>();

    /// Unicode's names in the order of their numbers in [Character#getType]; 17 is none.
    private static final String[] NAMES = {
        "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "", "Co",
        "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"
    };

    private CharacterSets() {}

    /// What `\d`, `\w`, `\s` and their opposites stand for.
    static Optional<CodePointSet> ofEscape(int letter) {
        return switch (letter) {
            case 'd' -> Optional.of(digits());
            case 'D' -> Optional.of(digits().complement());
            case 'w' -> Optional.of(words());
            case 'W' -> Optional.of(words().complement());
            case 's' -> Optional.of(spaces());
            case 'S' -> Optional.of(spaces().complement());
            default -> Optional.empty();
        };
    }

    private static CodePointSet digits() {
        return new CodePointSet().add('0', '9');
    }

    private static CodePointSet words() {
        return digits().add('A', 'Z').add('a', 'z').add('_', '_');
    }

    private static CodePointSet spaces() {
        return new CodePointSet()
                .add('\t', '\r')
                .add(' ', ' ')
                .add(0xA0, 0xA0)
                .add(0x1680, 0x1680)
                .add(0x2000, 0x200A)
                .add(0x2028, 0x2029)
                .add(0x202F, 0x202F)
                .add(0x205F, 0x205F)
                .add(0x3000, 0x3000)
                .add(0xFEFF, 0xFEFF);
    }

    /// What `.` stands for: all but the ends of lines.
    static CodePointSet dot() {
        return CodePointSet.all()
                .removeAll(new CodePointSet().add('\n', '\n').add('\r', '\r').add(0x2028, 0x2029));
    }

    /// The characters of a general category, such as `L` or `Lu`.
    static Optional<CodePointSet> category(String name) {
        boolean known = false;
        for (String each : NAMES) {
            known |= !name.isEmpty() && name.length() <= 2 && each.startsWith(name);
        }
        return known ? Optional.of(CATEGORIES.computeIfAbsent(name, CharacterSets::readCategory)) : Optional.empty();
    }

    private static CodePointSet readCategory(String name) {
        CodePointSet set = new CodePointSet();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (NAMES[Character.getType(c)].startsWith(name)) {
                set.add(c, c);
            }
        }
        return set;
    }
}
