package dev.lilla.cli;

import dev.lilla.evaluate.run.MemoryTrial;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `lilla measure-memory`: does a trial and says what it took. [MemoryProcess] starts it; people have no need of it.
@Command(
        name = MeasureMemoryCommand.NAME,
        hidden = true,
        description = "Does a trial of memory, as JSON on standard input, and prints what it took.")
final class MeasureMemoryCommand implements Callable<Integer> {
    static final String NAME = "measure-memory";

    /// The field of its output.
    static final String PEAK = "peakBytes";

    private final Console console;

    @Option(names = "--seconds", required = true, description = "No text is begun after this time.")
    private long seconds;

    @Mixin
    private final HostMixin host = new HostMixin();

    MeasureMemoryCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        MemoryTrial trial = MemoryTrial.read(console.readAll());
        LocalModelOptions options = new LocalModelOptions(LoadOptions.DEFAULT, KvType.F16, host.options());
        OptionalLong peak = trial.run(options, Duration.ofSeconds(seconds));
        ObjectNode found = JsonMapper.shared().createObjectNode();
        peak.ifPresent(bytes -> found.put(PEAK, bytes));
        console.printJson(found);
        return 0;
    }
}
