package dev.lilla.serve.ollama;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.model.family.Dimensions;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.AnswerForm;
import dev.lilla.serve.text.ToolChoice;
import dev.lilla.template.ChatTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `POST /api/show`: what a model is and can do.
///
/// @param host of the models
public record ShowEndpoint(ModelHost host) implements Endpoint {
    /// @param modelfile what Ollama would make the model from
    /// @param parameters a line for each setting that is not the usual one
    /// @param template in Jinja's language
    /// @param modelInfo by the keys of GGUF
    record Shown(
            String modelfile,
            String parameters,
            String template,
            OllamaDetails details,
            Map<String, Object> modelInfo,
            List<String> capabilities,
            String modifiedAt) {}

    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = OllamaModel.lease(fields, host)) {
            exchange.send(shown(lease.model()));
        }
    }

    private static Shown shown(HostedModel model) {
        String template = model.text().template().map(ChatTemplate::source).orElse("");
        List<String> parameters = parameters(model);
        StringBuilder file =
                new StringBuilder("FROM ").append(OllamaName.of(model.entry())).append('\n');
        if (!template.isEmpty()) {
            file.append("TEMPLATE \"\"\"").append(template).append("\"\"\"\n");
        }
        parameters.forEach(line -> file.append("PARAMETER ").append(line).append('\n'));
        return new Shown(
                file.toString(),
                String.join("\n", parameters),
                template,
                OllamaDetails.of(model.entry()),
                modelInfo(model),
                capabilities(model, template),
                model.entry().created().toString());
    }

    private static List<String> parameters(HostedModel model) {
        List<String> lines = new ArrayList<>();
        SamplerOptions sampler = model.defaults().sampler();
        lines.add(line("num_ctx", model.entry().contextTokens()));
        lines.add(line("temperature", sampler.temperature()));
        if (sampler.topK() > 0) {
            lines.add(line("top_k", sampler.topK()));
        }
        if (sampler.topP() < 1) {
            lines.add(line("top_p", sampler.topP()));
        }
        if (sampler.penalties().repetition() != 1) {
            lines.add(line("repeat_penalty", sampler.penalties().repetition()));
        }
        model.defaults().stopTokens().stream()
                .sorted()
                .map(id -> model.text().tokenizer().token(id))
                .forEach(stop -> lines.add(line("stop", '"' + stop + '"')));
        return lines;
    }

    private static String line(String name, Object value) {
        return name + " ".repeat(Math.max(1, 31 - name.length())) + value;
    }

    private static Map<String, Object> modelInfo(HostedModel model) {
        Dimensions sizes = model.description().dimensions();
        String architecture = model.description().ggufArchitecture();
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("general.architecture", architecture);
        info.put("general.parameter_count", model.entry().parameters());
        info.put(architecture + ".context_length", model.entry().contextTokens());
        info.put(architecture + ".embedding_length", sizes.hidden());
        info.put(architecture + ".block_count", sizes.layers());
        info.put(architecture + ".feed_forward_length", sizes.ffn());
        info.put(architecture + ".attention.head_count", sizes.heads());
        info.put(architecture + ".attention.head_count_kv", sizes.kvHeads());
        info.put(architecture + ".vocab_size", sizes.vocab());
        return info;
    }

    private static List<String> capabilities(HostedModel model, String template) {
        List<String> capabilities = new ArrayList<>(List.of("completion"));
        if (ToolChoice.knowsCalls(model)) {
            capabilities.add("tools");
        }
        if (model.pooling().isPresent()) {
            capabilities.add("embedding");
        }
        if (template.contains(Thinking.ARGUMENT) || AnswerForm.mayThink(model)) {
            capabilities.add("thinking");
        }
        return capabilities;
    }
}
