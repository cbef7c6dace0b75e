package dev.lilla.cli;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import picocli.CommandLine.Mixin;

/// How text is generated: by which model with which adapters, and how it chooses its words.
final class GenerationMixin {
    @Mixin
    private final SamplerMixin sampler = new SamplerMixin();

    @Mixin
    private final LoraMixin lora = new LoraMixin();

    @Mixin
    private final SpeculationMixin speculation = new SpeculationMixin();

    @Mixin
    private final ContextMixin context = new ContextMixin();

    @Mixin
    private final CacheMixin cache = new CacheMixin();

    @Mixin
    private final ModelMixin model = new ModelMixin();

    LocalModel open(Console console) throws IOException {
        LocalModelOptions options = model.options(context, cache.type())
                .withSpeculation(speculation.choice(ModelStore.open(console.environment())));
        return model.open(console, options);
    }

    Adapters adapters(LocalModel opened, Console console) throws IOException {
        return lora.open(opened, console);
    }

    /// The model's own settings with what the user changed.
    SamplerOptions sampler(LocalModel opened) {
        return sampler.over(opened.defaults().sampler());
    }
}
