package dev.lilla.bench;

import dev.lilla.evaluate.SpeedCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An engine that runs in a JVM: Lilla, java-llama.cpp, Jlama.
///
/// @param arguments those of the whole comparison, which the JVM of a turn reads again
record JavaEngine(String label, List<String> arguments) implements Contestant {
    static final String LILLA = "lilla";
    static final List<String> NAMES = List.of(LILLA, "java-llama.cpp", "jlama");

    private static final String RESULT = "result ";

    /// Opens the engine in this JVM.
    static Peer open(String name, ComparisonPlan plan) {
        return switch (name) {
            case LILLA -> new LillaPeer(plan.gguf(), plan.threads(), plan.work().all());
            case "java-llama.cpp" -> new JavaLlamaCppPeer(plan.gguf(), plan.threads());
            case "jlama" ->
                new JlamaPeer(
                        plan.directory().orElseThrow(() -> new IllegalArgumentException("Jlama needs --directory")),
                        plan.type(),
                        plan.threads());
            default -> throw new IllegalArgumentException("no engine " + name + "; there are " + NAMES);
        };
    }

    /// Takes a turn in this JVM: everything once to warm up, and once more.
    static void measure(Peer peer, ComparisonPlan plan) {
        for (int tokens : plan.work().prompts()) {
            peer.prefill(tokens);
            System.out.println(RESULT + "pp" + tokens + " " + tokens / peer.prefill(tokens));
        }
        for (int tokens : plan.work().generations()) {
            peer.decode(tokens);
            System.out.println(RESULT + "tg" + tokens + " " + tokens / peer.decode(tokens));
        }
        for (SpeedCase work : plan.work().sideBySide()) {
            peer.sideBySide(work);
            peer.sideBySide(work)
                    .ifPresent(seconds -> System.out.println(RESULT + work.label() + " " + work.tokens() / seconds));
        }
        System.out.flush();
    }

    @Override
    public List<String> command(ComparisonPlan plan) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx12g",
                "-cp",
                System.getProperty("java.class.path"),
                PeerComparison.class.getName(),
                PeerComparison.ENGINE_OPTION,
                label));
        command.addAll(arguments);
        return command;
    }

    @Override
    public Map<String, Double> speeds(String output) {
        Map<String, Double> speeds = new LinkedHashMap<>();
        output.lines().filter(line -> line.startsWith(RESULT)).forEach(line -> {
            int space = line.lastIndexOf(' ');
            speeds.put(line.substring(RESULT.length(), space), Double.valueOf(line.substring(space + 1)));
        });
        return speeds;
    }
}
