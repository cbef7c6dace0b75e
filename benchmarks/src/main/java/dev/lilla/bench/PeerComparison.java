package dev.lilla.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Lilla beside Jlama, java-llama.cpp and any number of `llama-bench` programs on the same weights.
///
/// Each engine runs in a process of its own, in turns (A B C A B C), so that a machine that slows down slows all of
/// them. Medians are printed; the best peer, row by row, is the one that counts. Programs of llama.cpp are named on the
/// command line with the flags to try: defaults, `-fa 1`, `-ub 128`, `-ub 512`, and `-rtr 1` of ik_llama.cpp.
public final class PeerComparison {
    static final String ENGINE_OPTION = "--engine";

    private static final int LINES_OF_A_FAILURE = 15;

    private PeerComparison() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> words = List.of(arguments);
        try {
            if (words.size() > 1 && words.getFirst().equals(ENGINE_OPTION)) {
                ComparisonPlan plan = ComparisonPlan.parse(words.subList(2, words.size()));
                try (Peer peer = JavaEngine.open(words.get(1), plan)) {
                    JavaEngine.measure(peer, plan);
                    // java-llama.cpp leaves threads behind that keep the JVM from ending.
                    Runtime.getRuntime().halt(0);
                }
            } else {
                compare(ComparisonPlan.parse(words), words);
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private static void compare(ComparisonPlan plan, List<String> arguments) throws IOException, InterruptedException {
        List<Contestant> contestants = contestants(plan, arguments);
        Standings standings = new Standings(JavaEngine.LILLA);
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Contestant contestant : contestants) {
                Contestant.Turn turn = contestant.turn(plan);
                if (turn.speeds().isEmpty()) {
                    System.out.println(contestant.label() + " failed with status " + turn.status() + ":");
                    List<String> lines = turn.output().lines().toList();
                    lines.stream()
                            .skip(Math.max(0, lines.size() - LINES_OF_A_FAILURE))
                            .forEach(System.out::println);
                }
                standings.add(contestant.label(), turn.speeds());
                System.out.printf(Locale.ROOT, "%d/%d  %-24s", round, plan.rounds(), contestant.label());
                turn.speeds().forEach((row, speed) -> System.out.printf(Locale.ROOT, "  %s %8.2f", row, speed));
                System.out.println();
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%n%s, %d threads, %d rounds in turns; the best peer of each row in bold%n%n%s",
                plan.gguf().getFileName(),
                plan.threads(),
                plan.rounds(),
                standings.table());
    }

    static List<Contestant> contestants(ComparisonPlan plan, List<String> arguments) {
        List<Contestant> contestants = new ArrayList<>();
        for (String engine : plan.engines()) {
            if (engine.equals("jlama") && plan.directory().isEmpty()) {
                System.out.println("Jlama is left out: it reads no GGUF; name a directory with --directory");
            } else {
                contestants.add(new JavaEngine(engine, arguments));
            }
        }
        contestants.addAll(plan.programs());
        return contestants;
    }
}
