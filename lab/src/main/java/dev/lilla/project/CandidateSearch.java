package dev.lilla.project;

import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.MachineMemory;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.ModelOutline;
import dev.lilla.optimize.WeightTypes;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Finds the models of a catalog that may do a project's job on this machine: filters first, then a ranking whose
/// foremost entries are measured.
public final class CandidateSearch {
    /// Of all memory, what a process may take where the goal says nothing: the system needs some too.
    private static final double MEMORY_SHARE = 0.85;
    /// Where the goal names no latency, an answer within this time has half of the points for speed.
    private static final Duration USUAL_LATENCY = Duration.ofSeconds(2);

    private final Project project;
    private final Catalog catalog;
    private final SpeedSource speeds;
    private final Workload workload;
    private final CandidateFilter filter;
    private final QualityPrior prior;
    private final long memoryAllowed;
    private final List<RejectedModel> rejected = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /// A variant that passed the filters, before its speed is looked at.
    private record Fitting(CatalogModel model, ConversionType type, ModelOutline outline, MemoryPrediction memory) {}

    private CandidateSearch(
            Project project, Catalog catalog, SpeedSource speeds, Workload workload, long memoryAllowed) {
        this.project = project;
        this.catalog = catalog;
        this.speeds = speeds;
        this.workload = workload;
        this.filter = new CandidateFilter(project, workload);
        this.prior = QualityPrior.of(catalog);
        this.memoryAllowed = memoryAllowed;
    }

    /// Searches.
    ///
    /// @param lengths of the project's data, if it could be read
    /// @throws CapacityException if nothing is known of this machine's speed and it cannot be measured
    public static CandidateList search(
            Project project, Catalog catalog, SpeedSource speeds, Optional<TextLengths> lengths) {
        long total = MachineMemory.here().totalBytes();
        long here = total == 0 ? Long.MAX_VALUE : (long) (MEMORY_SHARE * total);
        long allowed = Math.min(here, project.goal().limits().memoryBytes().orElse(Long.MAX_VALUE));
        return new CandidateSearch(project, catalog, speeds, Workload.of(project, lengths), allowed).list();
    }

    private CandidateList list() {
        List<Fitting> fitting = new ArrayList<>();
        try (HostBackend backend = HostBackend.open(speeds.host())) {
            for (CatalogModel model : considered()) {
                Optional<RejectedModel> out = filter.reject(model);
                if (out.isPresent()) {
                    rejected.add(out.get());
                } else {
                    project.candidates()
                            .types()
                            .forEach(type -> fits(model, type, backend).ifPresent(fitting::add));
                }
            }
        }
        List<Candidate> ranked = ranked(fitting);
        List<Candidate> chosen = firstOfEachModel(ranked);
        List<Candidate> others = new ArrayList<>(ranked);
        others.removeAll(chosen);
        return new CandidateList(chosen, others, rejected, workload, memoryAllowed, notes);
    }

    /// Those that the project names, or all.
    private List<CatalogModel> considered() {
        List<String> names = project.candidates().models();
        if (names.isEmpty()) {
            return catalog.models();
        }
        List<CatalogModel> models = new ArrayList<>();
        for (String name : names) {
            catalog.find(name)
                    .ifPresentOrElse(
                            models::add,
                            () -> rejected.add(new RejectedModel(
                                    name,
                                    "unknown",
                                    "the catalog has no such model. A description in catalog/ of LILLA_HOME adds it; \"lilla catalog show"
                                            + " NAME --json\" prints one to start from")));
        }
        return models.stream().distinct().toList();
    }

    private Optional<Fitting> fits(CatalogModel model, ConversionType type, HostBackend backend) {
        ModelOutline outline = ModelOutline.of(model, WeightTypes.of(type, model.shape()), LoadOptions.DEFAULT);
        String name = model.name() + " " + type.label();
        long disk = project.goal().limits().diskBytes().orElse(Long.MAX_VALUE);
        if (outline.bytes() > disk) {
            rejected.add(new RejectedModel(
                    name,
                    "disk",
                    "its file takes " + Quantities.text(outline.bytes()) + ", and " + Quantities.text(disk)
                            + " are allowed"));
            return Optional.empty();
        }
        MemoryPrediction memory = MemoryPrediction.of(outline, workload.context(), KvType.F16, backend);
        if (memory.bytes() > memoryAllowed) {
            rejected.add(new RejectedModel(
                    name,
                    "memory",
                    "takes " + Quantities.text(memory.bytes()) + " with a context of " + workload.context()
                            + " tokens, and " + Quantities.text(memoryAllowed) + " are allowed"));
            return Optional.empty();
        }
        return Optional.of(new Fitting(model, type, outline, memory));
    }

    /// Ranks by what is known, and measures whoever stands in front unmeasured until nobody does.
    private List<Candidate> ranked(List<Fitting> fitting) {
        Set<String> unmeasurable = new HashSet<>();
        while (true) {
            List<Candidate> ranked = fitting.stream()
                    .map(this::candidate)
                    .sorted(Comparator.comparing(Candidate::meetsLatency)
                            .reversed()
                            .thenComparing(candidate -> candidate.score().total(), Comparator.reverseOrder()))
                    .toList();
            Optional<Candidate> next = firstOfEachModel(ranked).stream()
                    .filter(candidate -> candidate.speed().basis() == Speed.Basis.PREDICTED
                            && !unmeasurable.contains(candidate.label()))
                    .findFirst();
            if (next.isEmpty() || !speeds.measures()) {
                return ranked;
            }
            try {
                if (speeds.measure(next.get().model(), next.get().type()).isEmpty()) {
                    notes.add("measuring was interrupted; speeds that are missing are predicted");
                    return ranked;
                }
            } catch (CapacityException e) {
                unmeasurable.add(next.get().label());
                notes.add(next.get().label() + " is predicted: " + e.getMessage());
            }
        }
    }

    private List<Candidate> firstOfEachModel(List<Candidate> ranked) {
        Set<String> seen = new HashSet<>();
        return ranked.stream()
                .filter(candidate -> seen.add(candidate.model().name()))
                .limit(project.candidates().max())
                .toList();
    }

    private Candidate candidate(Fitting fitting) {
        Speed speed = speeds.known(fitting.model(), fitting.type(), fitting.outline());
        Duration latency = speed.latency(workload.promptLong(), workload.answerLong());
        Optional<Duration> limit = project.goal().limits().latencyP95();
        return new Candidate(
                fitting.model(),
                fitting.type(),
                fitting.outline().bytes(),
                fitting.memory(),
                speed,
                latency,
                limit.isEmpty() || latency.compareTo(limit.get()) <= 0,
                score(fitting, speed, latency));
    }

    private CandidateScore score(Fitting fitting, Speed speed, Duration latency) {
        QualityPrior.Expectation quality = prior.expect(fitting.model(), fitting.type());
        Duration usual = project.goal().limits().latencyP95().orElse(USUAL_LATENCY);
        double fast = 1 / (1 + (double) latency.toNanos() / usual.toNanos());
        double room = Math.max(0, 1 - (double) fitting.memory().bytes() / memoryAllowed);
        List<String> reasons = new ArrayList<>();
        reasons.add(quality.reason());
        reasons.add(String.format(
                Locale.ROOT,
                "reads %.0f and writes %.1f tokens/s here (%s), so %s for a long request",
                speed.promptPerSecond(),
                speed.writtenPerSecond(),
                speed.basis().label(),
                Quantities.text(latency)));
        project.goal()
                .limits()
                .latencyP95()
                .filter(limit -> latency.compareTo(limit) > 0)
                .ifPresent(limit -> reasons.add(String.format(
                        Locale.ROOT,
                        "slower than the %s of the goal, by %.0f %%",
                        Quantities.text(limit),
                        Math.ceil(100.0 * latency.toNanos() / limit.toNanos() - 100))));
        reasons.add("takes " + Quantities.text(fitting.memory().bytes()) + " of memory with a context of "
                + workload.context() + " tokens");
        reasons.addAll(filter.remarks(fitting.model()));
        return new CandidateScore(
                quality.quality(),
                fast,
                room,
                CandidateScore.Weights.of(project.goal().task()),
                reasons);
    }
}
