package dev.lilla.train;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.generate.ModelText;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import dev.lilla.model.TrainableDecoder;
import dev.lilla.model.TrainingLimits;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.ModelDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// A run from files to files: opens the model and the data, checks that it fits, trains, and writes the result.
///
/// Its folder holds `log.jsonl`, `report.html`, `checkpoints/` and, at the end, `adapter/` or `model/`.
public final class TrainingRun implements AutoCloseable {
    private static final String CHECKPOINTS = "checkpoints";
    private static final String LOG = "log.jsonl";
    private static final String REPORT = "report.html";
    private static final int MODEL_SAMPLES = 2;

    private final TrainingRequest request;
    private final Backend backend;
    private final ModelDescription model;
    private final TrainingSets sets;
    private final TrainingMemory memory;
    private final TrainableDecoder decoder;
    private final Trainer trainer;

    private TrainingRun(TrainingRequest request, Backend backend, ModelDescription model) {
        this.request = request;
        this.backend = backend;
        this.model = model;
        this.sets = sets(request, ModelText.of(model));
        int rows = request.options().batch().microBatchTokens();
        int longest = sets.train().report().lengths().longest();
        TrainingMemory.Use use =
                new TrainingMemory.Use(request.lora(), rows, request.computing().recomputes());
        this.memory = MemoryCheck.require(model, use, FreeMemory.ofThisMachine().bytes(), longest);
        Gradients gradients = backend.gradients(request.computing().precision());
        TrainingLimits limits = new TrainingLimits(rows, request.computing().recomputes());
        this.decoder = request.lora()
                .map(lora -> TrainableDecoder.lora(
                        model.spec(),
                        model::tensor,
                        backend,
                        gradients,
                        lora.setup(model, request.options().seed()),
                        limits))
                .orElseGet(() -> TrainableDecoder.full(model.spec(), model::tensor, backend, gradients, limits));
        Optimizer optimizer =
                new Optimizer(decoder, backend, gradients, request.options().optimizer());
        this.trainer = new Trainer(
                decoder,
                backend,
                optimizer,
                sets,
                request.options(),
                request.out().resolve(CHECKPOINTS),
                identity());
    }

    /// Opens everything. The backend stays its owner's and must outlive this.
    ///
    /// @throws IllegalArgumentException if a file is missing or breaks its form, or an option makes no sense
    /// @throws dev.lilla.format.ModelFormatException if the model is broken
    /// @throws dev.lilla.kernel.CapacityException if it will not fit into the memory that is free
    public static TrainingRun open(TrainingRequest request, Backend backend) {
        ModelDescription model = ModelDescription.open(request.model(), request.load());
        try {
            if (request.lora().isEmpty() && model.directory().isEmpty()) {
                throw new IllegalArgumentException(request.model() + ": a GGUF file can be trained with an adapter"
                        + " only. Add --lora, or convert it to a directory first: lilla convert "
                        + request.model() + " DIRECTORY --type f32");
            }
            if (request.examples().encoding().maxLength() > model.spec().contextLength()) {
                throw new IllegalArgumentException("examples of "
                        + request.examples().encoding().maxLength()
                        + " tokens exceed the context of " + model.spec().contextLength()
                        + " tokens that this model was made for. Lower --max-length.");
            }
            return new TrainingRun(request, backend, model);
        } catch (Throwable e) {
            model.close();
            throw e;
        }
    }

    private static TrainingSets sets(TrainingRequest request, ModelText text) {
        TrainingRequest.Examples data = request.examples();
        List<Example> train = ExampleFile.read(data.train(), data.columns());
        List<Example> validation = List.of();
        if (data.validation().isPresent()) {
            validation = ExampleFile.read(data.validation().get(), data.columns());
        } else if (data.validationPart() > 0) {
            Split split =
                    Split.of(train, data.validationPart(), request.options().seed());
            train = split.train();
            validation = split.validation();
        }
        ExampleSet learned = ExampleSet.encode(data.train().toString(), train, text, data.encoding());
        if (validation.isEmpty()) {
            return new TrainingSets(learned, Optional.empty());
        }
        String name = data.validation().orElse(data.train()).toString();
        ExampleSet checked =
                ExampleSet.encode(name, validation, text, data.encoding()).comparedWith(learned);
        return new TrainingSets(learned, Optional.of(checked));
    }

    /// All that the losses of a run follow from.
    private RunIdentity identity() {
        TrainingOptions options = request.options();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", ModelDigest.of(model, MODEL_SAMPLES));
        facts.put("training data", sets.train().digest().substring(0, 16));
        facts.put(
                "validation data",
                sets.validation().map(set -> set.digest().substring(0, 16)).orElse("none"));
        facts.put("what is trained", request.lora().map(LoraOptions::describe).orElse("the whole model"));
        facts.put("seed", options.seed());
        facts.put("steps", trainerSteps(options));
        facts.put("batch", options.batch());
        facts.put("averaging", options.averaging());
        facts.put("optimizer", options.optimizer());
        facts.put("learning rate", options.rate());
        facts.put("patience", options.validation().patience());
        facts.put("validation every", options.validation().everySteps());
        facts.put("precision", request.computing().precision());
        return RunIdentity.of(facts);
    }

    private int trainerSteps(TrainingOptions options) {
        return options.steps(Math.ceilDiv(sets.train().size(), options.batch().examples()));
    }

    /// What the data come to.
    public TrainingSets sets() {
        return sets;
    }

    /// What the run takes of the memory.
    public TrainingMemory memory() {
        return memory;
    }

    /// Numbers that are trained.
    public long trainedParameters() {
        return decoder.parameters().stream().mapToLong(Parameter::size).sum();
    }

    /// Numbers of the model.
    public long modelParameters() {
        return model.parameters();
    }

    /// Steps of the whole run.
    public int steps() {
        return trainer.steps();
    }

    /// Steps done.
    public int step() {
        return trainer.step();
    }

    /// Arithmetic of the whole run, in operations: forward, and backward by the inputs, once each for every
    /// token and
    /// weight; by the weights too where they are trained.
    public double operations() {
        double passes = request.lora().isPresent() ? 2 : 3;
        passes += request.computing().recomputes() ? 1 : 0;
        double tokensPerEpoch = sets.train().report().lengths().total();
        double epochs = (double) (steps() - step())
                * request.options().batch().examples()
                / sets.train().size();
        return 2 * passes * model.parameters() * tokensPerEpoch * epochs;
    }

    /// How long the steps that are left will take, by a trial that changes nothing.
    public Duration trial() {
        return trainer.trial();
    }

    /// Goes on from the newest checkpoint.
    ///
    /// @return whether there is one
    /// @throws IllegalArgumentException if it is of a run with other data or options, naming them
    public boolean resume() {
        return trainer.resume();
    }

    /// Makes the folder of a new run.
    ///
    /// @throws IllegalArgumentException if it holds another run
    public static void begin(Path out) {
        requireNone(out);
        try {
            Files.createDirectories(out.resolve(CHECKPOINTS));
        } catch (IOException e) {
            throw new UncheckedIOException(out + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /// Checks that a new run may have a folder, which need not be there.
    ///
    /// @throws IllegalArgumentException if it holds another run
    public static void requireNone(Path out) {
        Path checkpoints = out.resolve(CHECKPOINTS);
        if (!Files.isDirectory(checkpoints)) {
            return;
        }
        try (Stream<Path> found = Files.list(checkpoints)) {
            if (found.anyMatch(path -> path.getFileName().toString().startsWith("step-"))) {
                throw new IllegalArgumentException(out + ": holds the checkpoints of a run."
                        + " Go on with it with --resume, or name another folder.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(checkpoints + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /// How many steps the run has, as it was planned.
    public StepPlan plan() {
        return trainer.stepPlan();
    }

    /// Has the steps that the run had by a plan that was made while it went.
    ///
    /// @throws IllegalArgumentException if it is the plan of a run that began with another number of steps
    public void follow(StepPlan plan) {
        trainer.follow(plan);
    }

    /// Trains as planned, with a log.
    public Trainer.Outcome train(TrainingEvent.Listener listener, BooleanSupplier interrupted) {
        return train(listener, interrupted, Pace.AS_PLANNED);
    }

    /// Trains, with a log.
    ///
    /// @param pace says whether the end is another one than planned
    public Trainer.Outcome train(TrainingEvent.Listener listener, BooleanSupplier interrupted, Pace pace) {
        try (TrainingLog log = TrainingLog.open(log(), trainer.step())) {
            return trainer.run(log.and(listener), interrupted, pace);
        }
    }

    /// Writes what was trained: the parameters of the best validation, or the last ones.
    ///
    /// @return the folder
    public Path write() {
        trainer.takeBest();
        TrainedFiles files;
        Path folder;
        if (request.lora().isPresent()) {
            files = new AdapterFiles(
                    model, backend, decoder.changes(), request.lora().get());
            folder = request.out().resolve("adapter");
        } else {
            HuggingFaceDirectory directory =
                    model.directory().orElseThrow(() -> new IllegalStateException("checked when it was opened"));
            files = new ModelFiles(directory, model, backend, decoder.parameters());
            folder = request.out().resolve("model");
        }
        files.write(folder);
        return folder;
    }

    /// The log, one JSON object a line.
    public Path log() {
        return request.out().resolve(LOG);
    }

    /// Writes the report on the run so far.
    ///
    /// @return the HTML file
    public Path report() {
        Path file = request.out().resolve(REPORT);
        List<String> facts = new ArrayList<>();
        facts.add("Model: " + request.model().getFileName());
        facts.add("Data: " + request.examples().train().getFileName());
        facts.add("Trained: " + request.lora().map(LoraOptions::describe).orElse("the whole model"));
        TrainingReport.write(file, TrainingLog.read(log()), facts);
        return file;
    }

    /// The lowest validation loss so far, and nothing before the first validation.
    public Optional<Double> bestLoss() {
        return trainer.bestLoss();
    }

    /// The step after which it was measured; 0 before the first validation.
    public int bestStep() {
        return trainer.bestStep();
    }

    @Override
    public void close() {
        decoder.close();
        model.close();
    }
}
