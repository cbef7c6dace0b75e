package dev.lilla.deploy;

import dev.lilla.project.Evaluation;
import dev.lilla.project.Project;
import dev.lilla.search.PartFiles;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A request to the deployed model as the evaluation asked, with `{input}` where an input goes. It holds no
/// example of the data.
final class ExampleRequest {
    private static final String LABELS = "{labels}";

    private ExampleRequest() {}

    /// The body for `/v1/chat/completions`.
    ///
    /// @param model what clients call it
    /// @throws IllegalArgumentException if the classes that the prompt names are those of the data, and it is gone
    static String json(Project project, String model) {
        Evaluation evaluation = project.evaluation();
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("model", model);
        ArrayNode messages = body.putArray("messages");
        evaluation
                .system()
                .ifPresent(system -> messages.addObject().put("role", "system").put("content", system));
        String prompt = evaluation.prompt();
        if (prompt.contains(LABELS)) {
            prompt = prompt.replace(LABELS, String.join(", ", PartFiles.labels(project)));
        }
        messages.addObject().put("role", "user").put("content", prompt.strip());
        Evaluation.Decoding decoding = evaluation.decoding();
        body.put("temperature", decoding.temperature());
        if (decoding.temperature() > 0) {
            body.put("top_p", decoding.topP());
            Optional.of(decoding.topK()).filter(count -> count > 0).ifPresent(count -> body.put("top_k", count));
        }
        decoding.maxTokens().ifPresent(tokens -> body.put("max_tokens", tokens));
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(body) + "\n";
    }
}
