package dev.lilla.kernel.x64;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every instruction against the GNU assembler, whose bytes stand in `golden.txt`.
class AssemblerTest {
    /// Instructions under one heading.
    record Group(String name, List<String> lines) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Group> groups() throws IOException {
        List<Group> groups = new ArrayList<>();
        try (InputStream file = Objects.requireNonNull(AssemblerTest.class.getResourceAsStream("golden.txt"))) {
            for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (line.contains("\t")) {
                    groups.getLast().lines().add(line);
                } else if (!line.startsWith("#")) {
                    groups.add(new Group(line, new ArrayList<>()));
                }
            }
        }
        return groups;
    }

    @ParameterizedTest
    @MethodSource("groups")
    void assemblesTheBytesOfTheGnuAssembler(Group group) {
        List<String> ours = group.lines().stream().map(AssemblerTest::again).toList();
        assertThat(ours).isNotEmpty().containsExactlyElementsOf(group.lines());
    }

    private static String again(String line) {
        String instruction = line.substring(0, line.indexOf('\t'));
        try {
            return instruction + "\t"
                    + HexFormat.of().formatHex(IntelSyntax.parse(instruction).assemble());
        } catch (InvocationTargetException e) {
            return instruction + "\t" + e.getCause();
        } catch (IllegalAccessException | IllegalArgumentException e) {
            return instruction + "\t" + e;
        }
    }

    @Test
    void everyInstructionIsAmongThem() throws IOException {
        Set<String> checked = new HashSet<>();
        for (Group group : groups()) {
            for (String line : group.lines()) {
                checked.add(signature(
                        IntelSyntax.parse(line.substring(0, line.indexOf('\t'))).method()));
            }
        }
        List<String> instructions = Stream.of(
                        Assembler.class, IntegerInstructions.class, FloatInstructions.class, ScalarInstructions.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isBridge())
                .map(AssemblerTest::signature)
                .toList();
        assertThat(instructions).hasSizeGreaterThan(150).isSubsetOf(checked);
    }

    private static String signature(Method method) {
        return method.getName() + Arrays.toString(method.getParameterTypes());
    }
}
