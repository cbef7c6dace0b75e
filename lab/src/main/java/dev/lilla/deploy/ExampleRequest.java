package dev.lilla.deploy;

import dev.lilla.project.Evaluation;
import dev.lilla.project.Project;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A request to the deployed model as the evaluation asked, with `{input}` where an input goes. It holds no
/// example of the data.
final class ExampleRequest {
    private ExampleRequest() {}

    /// The body for `/v1/chat/completions`.
    ///
    /// @param model what clients call it
    static String json(Project project, String model) {
        Evaluation evaluation = project.evaluation();
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("model", model);
        ArrayNode messages = body.putArray("messages");
        evaluation
                .system()
                .ifPresent(system -> messages.addObject().put("role", "system").put("content", system));
        List<String> labels = project.goal().labels();
        String prompt = labels.isEmpty()
                ? evaluation.prompt()
                : evaluation.prompt().replace("{labels}", String.join(", ", labels));
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
