package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaLanguageModel;
import dev.langchain4j.model.ollama.OllamaModels;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiLanguageModel;
import dev.langchain4j.model.openai.OpenAiModelCatalog;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// LangChain4j's clients of OpenAI's API and of Ollama's, as they are.
class LangChainClientsTest {
    private static final ChatRequest HELLO = ChatRequest.builder()
            .messages(SystemMessage.from("You answer in one sentence."), UserMessage.from("Hello"))
            .build();

    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    private static String address() {
        return "http://127.0.0.1:" + server.port();
    }

    /// A text as it came, and what it was in the end.
    record Streamed(String text, ChatResponse end) {}

    private static Streamed stream(StreamingChatModel model, ChatRequest request) throws Exception {
        StringBuilder text = new StringBuilder();
        CompletableFuture<ChatResponse> end = new CompletableFuture<>();
        model.chat(request, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                text.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                end.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                end.completeExceptionally(failure);
            }
        });
        ChatResponse response = end.get(2, TimeUnit.MINUTES);
        return new Streamed(text.toString(), response);
    }

    private static void streamsWhatItSendsWhole(ChatModel whole, StreamingChatModel parts) throws Exception {
        ChatResponse reply = whole.chat(HELLO);
        Streamed streamed = stream(parts, HELLO);

        assertThat(reply.aiMessage().text()).isNotBlank();
        assertThat(streamed.text()).isEqualTo(reply.aiMessage().text());
        assertThat(streamed.end().aiMessage()).isEqualTo(reply.aiMessage());
        assertThat(streamed.end().finishReason()).isEqualTo(reply.finishReason());
        assertThat(streamed.end().tokenUsage().outputTokenCount())
                .isEqualTo(reply.tokenUsage().outputTokenCount())
                .isPositive();
    }

    private static void embedsTexts(EmbeddingModel model) {
        List<Embedding> vectors = model.embedAll(List.of(TextSegment.from("The office"), TextSegment.from("Rain")))
                .content();
        assertThat(vectors).hasSize(2).allSatisfy(vector -> {
            double square = 0;
            for (float element : vector.vector()) {
                square += element * element;
            }
            assertThat(square).isCloseTo(1, within(1e-4));
        });
        assertThat(vectors.get(0)).isNotEqualTo(vectors.get(1));
        assertThat(model.dimension()).isEqualTo(vectors.getFirst().dimension());
    }

    private static ResponseFormat urgency() {
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("ticket")
                        .rootElement(JsonObjectSchema.builder()
                                .addProperty(
                                        "urgency",
                                        JsonEnumSchema.builder()
                                                .enumValues("low", "high")
                                                .build())
                                .required("urgency")
                                .build())
                        .build())
                .build();
    }

    private static void answersByASchema(ChatModel model) {
        ChatResponse reply = model.chat(ChatRequest.builder()
                .messages(UserMessage.from("The server is down!"))
                .responseFormat(urgency())
                .build());
        JsonNode ticket = TestServer.json(reply.aiMessage().text());
        assertThat(ticket.get("urgency").asString()).isIn("low", "high");
    }

    @Test
    void thoughtsAreKeptApart(@TempDir Path folder) throws Exception {
        try (TestServer other = TestServer.Setup.demo()
                .withModel(TemplateModel.in(folder, "DeepSeek-R1-Distill-Qwen"))
                .start()) {
            String at = "http://127.0.0.1:" + other.port();
            ChatModel openAi = OpenAiChatModel.builder()
                    .baseUrl(at + "/v1")
                    .apiKey("any")
                    .modelName("tiny")
                    .returnThinking(true)
                    .customParameters(Map.of("grammar", "root ::= \"Hm.\\n</think>\\n\\nYes.\""))
                    .build();
            AiMessage message = openAi.chat(HELLO).aiMessage();
            assertThat(message.thinking()).isEqualTo("Hm.");
            assertThat(message.text()).isEqualTo("Yes.");
            ChatModel ollama = OllamaChatModel.builder()
                    .baseUrl(at)
                    .modelName("tiny")
                    .temperature(0.0)
                    .numPredict(16)
                    .returnThinking(true)
                    .build();
            assertThat(ollama.chat(HELLO).aiMessage().thinking()).isNotBlank();
        }
    }

    @Nested
    class OfOpenAi {
        private OpenAiChatModel.OpenAiChatModelBuilder chat() {
            return OpenAiChatModel.builder()
                    .baseUrl(address() + "/v1")
                    .apiKey("any")
                    .modelName("tiny")
                    .temperature(0.0)
                    .strictJsonSchema(true)
                    .maxRetries(0)
                    .maxTokens(60);
        }

        private StreamingChatModel streaming() {
            return OpenAiStreamingChatModel.builder()
                    .baseUrl(address() + "/v1")
                    .apiKey("any")
                    .modelName("tiny")
                    .temperature(0.0)
                    .maxTokens(60)
                    .build();
        }

        @Test
        void chats() throws Exception {
            streamsWhatItSendsWhole(chat().build(), streaming());
        }

        private static ChatRequest withTool() {
            return ChatRequest.builder()
                    .messages(UserMessage.from("Mail the office"))
                    .toolSpecifications(ToolSpecification.builder()
                            .name("mail")
                            .description("Sends a mail")
                            .parameters(JsonObjectSchema.builder()
                                    .addEnumProperty("to", List.of("office", "store"))
                                    .required("to")
                                    .build())
                            .build())
                    .toolChoice(ToolChoice.REQUIRED)
                    .build();
        }

        @Test
        void callsToolsAndTakesTheirResults() throws Exception {
            ChatModel model = chat().build();
            ChatResponse reply = model.chat(withTool());
            ToolExecutionRequest call =
                    reply.aiMessage().toolExecutionRequests().getFirst();

            assertThat(call.name()).isEqualTo("mail");
            assertThat(TestServer.json(call.arguments()).get("to").asString()).isIn("office", "store");
            Streamed streamed = stream(streaming(), withTool());
            assertThat(streamed.end().aiMessage().toolExecutionRequests())
                    .singleElement()
                    .satisfies(same -> assertThat(same.arguments()).isEqualTo(call.arguments()));
            ChatResponse after = model.chat(ChatRequest.builder()
                    .messages(
                            UserMessage.from("Mail the office"),
                            reply.aiMessage(),
                            ToolExecutionResultMessage.from(call, "Sent"))
                    .build());
            assertThat(after.aiMessage().text()).isNotBlank();
        }

        @Test
        void answersByASchema() {
            LangChainClientsTest.answersByASchema(
                    chat().responseFormat(urgency()).build());
        }

        @Test
        void completesTexts() {
            OpenAiLanguageModel model = OpenAiLanguageModel.builder()
                    .baseUrl(address() + "/v1")
                    .apiKey("any")
                    .modelName("tiny")
                    .temperature(0.0)
                    .build();
            assertThat(model.generate("The office").content()).isNotBlank();
        }

        @Test
        void embedsTexts() {
            LangChainClientsTest.embedsTexts(OpenAiEmbeddingModel.builder()
                    .baseUrl(address() + "/v1")
                    .apiKey("any")
                    .modelName("tiny")
                    .build());
        }

        @Test
        void listsModelsAndTellsWhatIsWrong() {
            assertThat(OpenAiModelCatalog.builder()
                            .baseUrl(address() + "/v1")
                            .apiKey("any")
                            .build()
                            .listModels())
                    .singleElement()
                    .satisfies(model -> assertThat(model.name()).isEqualTo("tiny"));
            assertThatThrownBy(() -> chat().modelName("nobody").build().chat(HELLO))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContaining("tiny");
        }
    }

    @Nested
    class OfOllama {
        private OllamaChatModel.OllamaChatModelBuilder chat() {
            return OllamaChatModel.builder()
                    .baseUrl(address())
                    .modelName("tiny")
                    .temperature(0.0)
                    .maxRetries(0)
                    .numPredict(60);
        }

        @Test
        void chats() throws Exception {
            streamsWhatItSendsWhole(
                    chat().build(),
                    OllamaStreamingChatModel.builder()
                            .baseUrl(address())
                            .modelName("tiny")
                            .temperature(0.0)
                            .numPredict(60)
                            .build());
        }

        @Test
        void answersByASchema() {
            LangChainClientsTest.answersByASchema(chat().build());
        }

        @Test
        void generatesTexts() {
            OllamaLanguageModel model = OllamaLanguageModel.builder()
                    .baseUrl(address())
                    .modelName("tiny")
                    .temperature(0.0)
                    .numPredict(20)
                    .build();
            assertThat(model.generate("Hello").content()).isNotBlank();
        }

        @Test
        void embedsTexts() {
            LangChainClientsTest.embedsTexts(OllamaEmbeddingModel.builder()
                    .baseUrl(address())
                    .modelName("tiny")
                    .build());
        }

        @Test
        void listsModelsAndTellsWhatIsWrong() {
            OllamaModels models = OllamaModels.builder()
                    .baseUrl(address())
                    .timeout(Duration.ofMinutes(1))
                    .build();
            assertThat(models.availableModels().content())
                    .singleElement()
                    .satisfies(model -> assertThat(model.getName()).isEqualTo("tiny:latest"));
            assertThat(models.modelCard("tiny").content().getCapabilities()).contains("completion");
            assertThat(models.runningModels().content())
                    .singleElement()
                    .satisfies(model -> assertThat(model.getExpiresAt()).isNotNull());
            assertThatThrownBy(() -> chat().modelName("nobody").build().chat(HELLO))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContaining("nobody");
        }
    }
}
