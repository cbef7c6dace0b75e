package dev.lilla.kernel.x64;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// An instruction in Intel's syntax as a call of [Assembler].
///
/// @param method the assembler's method
/// @param arguments its arguments; a label among them stands `distance` bytes from the instruction
/// @param distance from the instruction's start to the label of a jump, or from its end to the label of an address
record IntelSyntax(Method method, List<Object> arguments, int distance) {
    /// Where AVX-512 has a name of its own for what is one method here.
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("movabs", "mov"),
            Map.entry("vpandd", "vpand"),
            Map.entry("vpandnd", "vpandn"),
            Map.entry("vpord", "vpor"),
            Map.entry("vpxord", "vpxor"),
            Map.entry("vrndscaleps", "vroundps"),
            Map.entry("vextractf32x4", "vextractf128"),
            Map.entry("vinsertf32x4", "vinsertf128"),
            Map.entry("vbroadcasti32x4", "vbroadcasti128"),
            Map.entry("{vex} vpdpbusd", "vpdpbusdAvx"));

    private static final Map<String, Condition> CONDITIONS = Map.ofEntries(
            Map.entry("b", Condition.BELOW),
            Map.entry("ae", Condition.ABOVE_OR_EQUAL),
            Map.entry("e", Condition.EQUAL),
            Map.entry("ne", Condition.NOT_EQUAL),
            Map.entry("be", Condition.BELOW_OR_EQUAL),
            Map.entry("a", Condition.ABOVE),
            Map.entry("s", Condition.NEGATIVE),
            Map.entry("ge", Condition.GREATER_OR_EQUAL),
            Map.entry("l", Condition.LESS),
            Map.entry("le", Condition.LESS_OR_EQUAL),
            Map.entry("g", Condition.GREATER));

    private static final Pattern LINE = Pattern.compile("((?:\\{vex} )?\\w+) ?(.*)");
    private static final Pattern VECTOR = Pattern.compile("([xyz])mm(\\d+)(?:\\{k(\\d)})?(\\{z})?");
    private static final Pattern ADDRESS = Pattern.compile("\\[(\\w+)(?:\\+(\\w+?)\\*(\\d))?([-+]\\w+)?](\\{.*)?");

    static IntelSyntax parse(String line) {
        Matcher matcher = LINE.matcher(line.replaceFirst("\\{(load|disp32)} ", ""));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(line);
        }
        String name = matcher.group(1);
        List<Object> arguments = new ArrayList<>();
        int distance = 0;
        for (String operand : matcher.group(2).split(", ")) {
            if (operand.contains("[rip") || operand.startsWith(".")) {
                distance =
                        Integer.decode(operand.replaceFirst(".*\\[rip|\\.", "").replaceFirst("].*", ""));
            }
            if (!operand.isEmpty()) {
                arguments.add(operand(operand));
            }
        }
        boolean is32 = matcher.group(2).matches("e\\w\\w, .*\\[.*|r\\d+d, .*\\[.*|.*], (e\\w\\w|r\\d+d)");
        return find(javaName(name, matcher.group(2), is32, arguments), arguments, distance);
    }

    private static String javaName(String name, String operands, boolean is32, List<Object> arguments) {
        if (name.startsWith("cmov")) {
            arguments.addFirst(CONDITIONS.get(name.substring(4)));
            return "cmov";
        } else if (name.startsWith("j") && !name.equals("jmp")) {
            arguments.addFirst(CONDITIONS.get(name.substring(1)));
            return "jump";
        } else if (name.equals("movzx")) {
            return operands.contains("byte") ? "movzxByte" : "movzxWord";
        } else if (name.equals("mov") && is32) {
            return "mov32";
        } else if (name.equals("vcvtps2ph")) {
            arguments.removeLast();
        } else if (name.equals("vpgatherdd") && arguments.size() == 2) {
            Vec target = (Vec) arguments.getFirst();
            arguments.set(0, new Vec(target.number(), target.bits(), null, false));
            arguments.set(1, ((Mem) arguments.getLast()).masked(Objects.requireNonNull(target.mask())));
        }
        return NAMES.getOrDefault(name, name);
    }

    private static IntelSyntax find(String name, List<Object> arguments, int distance) {
        for (Method method : Assembler.class.getMethods()) {
            Class<?>[] types = method.getParameterTypes();
            if (method.getName().equals(name)
                    && types.length == arguments.size()
                    && IntStream.range(0, types.length).allMatch(i -> takes(types[i], arguments.get(i)))) {
                return new IntelSyntax(method, arguments, distance);
            }
        }
        throw new IllegalArgumentException("no method " + name + " for " + arguments);
    }

    private static boolean takes(Class<?> type, Object argument) {
        return argument instanceof Long number
                ? type == long.class || (type == int.class && number == number.intValue())
                : type.isInstance(argument);
    }

    private static Object operand(String text) {
        if (text.startsWith(".")) {
            return new Label();
        } else if (text.contains("[")) {
            return address(text.replaceFirst("^\\w+ ptr ", ""));
        } else if (text.startsWith("tmm")) {
            return Tile.valueOf(text.toUpperCase(Locale.ROOT));
        } else if (text.matches("k\\d")) {
            return Mask.valueOf(text.toUpperCase(Locale.ROOT));
        } else if (text.matches("-?\\d.*")) {
            return Long.decode(text);
        }
        @Nullable Vec vector = vector(text);
        return vector != null ? vector : register(text);
    }

    private static @Nullable Vec vector(String text) {
        Matcher matcher = VECTOR.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        int bits = 128 << "xyz".indexOf(matcher.group(1));
        return new Vec(Integer.parseInt(matcher.group(2)), bits, mask(matcher.group(3)), matcher.group(4) != null);
    }

    private static @Nullable Mask mask(@Nullable String number) {
        return number == null ? null : Mask.valueOf("K" + number);
    }

    private static Gpr register(String text) {
        String wide = text.startsWith("e") ? "r" + text.substring(1) : text.replaceFirst("d$", "");
        return Gpr.valueOf(wide.toUpperCase(Locale.ROOT));
    }

    private static Mem address(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        String base = matcher.group(1);
        String index = matcher.group(2);
        int displacement = matcher.group(4) == null ? 0 : Integer.decode(matcher.group(4));
        int scale = index == null ? 1 : Integer.parseInt(matcher.group(3));
        Mem mem;
        if (base.equals("rip")) {
            mem = Mem.at(new Label());
        } else if (index == null) {
            mem = Mem.at(register(base), displacement);
        } else {
            Vec lanes = vector(index);
            mem = lanes != null
                    ? Mem.gather(register(base), lanes, scale, displacement)
                    : Mem.at(register(base), register(index), scale, displacement);
        }
        String decoration = matcher.group(5) == null ? "" : matcher.group(5);
        if (decoration.contains("{1to")) {
            mem = mem.broadcast();
        }
        Matcher mask = Pattern.compile("\\{k(\\d)}").matcher(decoration);
        return mask.find() ? mem.masked(Mask.valueOf("K" + mask.group(1))) : mem;
    }

    /// The instruction's bytes by our assembler.
    byte[] assemble() throws IllegalAccessException, InvocationTargetException {
        Assembler asm = new Assembler();
        @Nullable Label label = label();
        if (label != null && distance < 0) {
            asm.bind(label);
            fill(asm, -distance);
        }
        int start = asm.size();
        method.invoke(asm, values());
        int end = asm.size();
        if (label != null && distance > 0) {
            boolean isJump = arguments.contains(label);
            fill(asm, distance - (isJump ? end - start : 0));
            asm.bind(label);
        }
        return Arrays.copyOfRange(asm.finish(), start, end);
    }

    private static void fill(Assembler asm, int bytes) {
        for (int i = 0; i < bytes; i++) {
            asm.ret();
        }
    }

    private @Nullable Label label() {
        for (Object argument : arguments) {
            if (argument instanceof Label label) {
                return label;
            } else if (argument instanceof Mem mem && mem.label() != null) {
                return mem.label();
            }
        }
        return null;
    }

    private Object[] values() {
        Class<?>[] types = method.getParameterTypes();
        Object[] values = arguments.toArray();
        for (int i = 0; i < values.length; i++) {
            if (types[i] == int.class && values[i] instanceof Long number) {
                values[i] = number.intValue();
            }
        }
        return values;
    }
}
