package dev.lilla.serve.llamacpp;

import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.ChatMessages;
import dev.lilla.serve.text.ChatPrompt;
import dev.lilla.serve.text.ModelChoice;
import dev.lilla.serve.text.ToolChoice;
import java.util.HashMap;
import java.util.Map;

/// `POST /apply-template`: the text that the chat template makes of a conversation.
///
/// @param host of the models
public record TemplateEndpoint(ModelHost host) implements Endpoint {
    record Rendered(String prompt) {}

    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            ToolChoice tools = ToolChoice.read(fields);
            Map<String, Object> arguments = new HashMap<>();
            fields.object("chat_template_kwargs")
                    .ifPresent(given -> given.names()
                            .forEach(name -> arguments.put(name, given.node().get(name))));
            if (!tools.told().isEmpty()) {
                arguments.put("tools", tools.told());
            }
            ChatPrompt prompt = ChatPrompt.of(ChatMessages.read(fields), arguments);
            exchange.send(new Rendered(tools.tell(prompt, lease.model()).text(lease.model())));
        }
    }
}
