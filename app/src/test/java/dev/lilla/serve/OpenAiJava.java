package dev.lilla.serve;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.io.IOException;
import java.util.List;

/// OpenAI's own client for Java, as it is, which checks every reply against the shapes that it knows, and a server that
/// needs its key.
final class OpenAiJava implements AutoCloseable {
    private static final String KEY = "key-of-the-test";

    private final TestServer server;
    private final OpenAIClient client;

    private OpenAiJava(TestServer server) {
        this.server = server;
        this.client = client(server, KEY);
    }

    static OpenAiJava start() throws IOException {
        return new OpenAiJava(TestServer.Setup.demo().withKeys(KEY).start());
    }

    OpenAIClient client() {
        return client;
    }

    /// One whose key the server does not know; to be closed.
    OpenAIClient strangersClient() {
        return client(server, "wrong");
    }

    static OpenAIClient client(TestServer of, String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl("http://127.0.0.1:" + of.port() + "/v1")
                .apiKey(key)
                .responseValidation(true)
                .maxRetries(0)
                .build();
    }

    static ChatCompletionCreateParams.Builder hello() {
        return ChatCompletionCreateParams.builder()
                .model("tiny")
                .addSystemMessage("You answer in one sentence.")
                .addUserMessage("Hello")
                .temperature(0)
                .maxCompletionTokens(24);
    }

    /// Reads a stream to its end.
    ///
    /// @param chunks gets each of its chunks
    static ChatCompletion streamed(
            OpenAIClient by, ChatCompletionCreateParams params, List<ChatCompletionChunk> chunks) {
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                by.chat().completions().createStreaming(params)) {
            stream.stream().peek(chunks::add).forEach(whole::accumulate);
        }
        return whole.chatCompletion();
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
