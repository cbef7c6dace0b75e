package dev.lilla.project;

import dev.lilla.optimize.ConversionType;
import dev.lilla.project.FieldKind.Amount;
import dev.lilla.project.FieldKind.Choice;
import dev.lilla.project.FieldKind.Nested;
import dev.lilla.project.FieldKind.RealNumber;
import dev.lilla.project.FieldKind.Several;
import dev.lilla.project.FieldKind.Text;
import dev.lilla.project.FieldKind.WholeNumber;
import dev.lilla.remote.RemoteApi;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Everything that may stand in a project file. The reader, the schema for editors and the comments that `lilla init`
/// writes all follow this one table.
final class ProjectForm {
    private static final int CONTEXT_MAX = 1 << 20;
    private static final int REMOTE_MAX = 10;
    private static final Text WORDS = new Text(10_000);
    private static final Text NAME = new Text(500);
    private static final Choice TYPES = new Choice(
            Arrays.stream(ConversionType.values()).map(ConversionType::label).toList());

    static final FormSection ROOT = new FormSection(
            new Wording(
                    "A Lilla project: lilla project check finds mistakes in it.",
                    "Ett Lilla-projekt: lilla project check hittar fel i det."),
            List.of(
                    FormField.optional("name", NAME, "What the project is called.", "Vad projektet heter."),
                    section("goal", goal()).required(),
                    section("data", data()).required(),
                    section("candidates", candidates()),
                    section("evaluation", evaluation()),
                    section("optimization", optimization()),
                    section("deployment", deployment())));

    private ProjectForm() {}

    private static FormField section(String name, FormSection section) {
        return new FormField(name, new Nested(section), FormField.Presence.OPTIONAL, section.about(), Optional.empty());
    }

    private static FormSection goal() {
        return new FormSection(
                new Wording(
                        "What the model must do, and what it must meet.",
                        "Vad modellen ska göra, och vad den måste uppfylla."),
                List.of(
                        FormField.optional(
                                        "task",
                                        new Choice(Task.labels()),
                                        "What the model does: classify, extract (fields as JSON), summarize, answer "
                                                + "(questions about a text), generate or chat.",
                                        "Vad modellen gör: classify (sortera), extract (fält som JSON), summarize "
                                                + "(sammanfatta), answer (svara på frågor om en text), generate (skriva)"
                                                + " eller chat.")
                                .required(),
                        FormField.optional(
                                "description",
                                WORDS,
                                "The task in a sentence, as you would tell it to a new colleague.",
                                "Uppgiften i en mening, som du skulle berätta den för en ny kollega."),
                        FormField.optional(
                                "labels",
                                new Several(NAME, 10_000),
                                "The classes, for classify; where it is missing, those of the training data.",
                                "Klasserna, för classify; utan uppgift de som finns i träningsdata."),
                        FormField.optional(
                                "metric",
                                new Choice(Metric.labels()),
                                "What counts as quality. Each task has a usual one.",
                                "Vad som räknas som kvalitet. Varje uppgift har ett vanligt mått."),
                        FormField.optional(
                                "minimum_quality",
                                new RealNumber(0, 1),
                                "The least value of the metric that is good enough, 0 to 1.",
                                "Lägsta värde på måttet som räcker, 0 till 1."),
                        FormField.optional(
                                "latency_p95",
                                new Amount(Amount.Unit.TIME),
                                "95 % of requests are answered within this time: 800ms, 2s.",
                                "95 % av frågorna besvaras inom denna tid: 800ms, 2s."),
                        FormField.optional(
                                "memory",
                                new Amount(Amount.Unit.BYTES),
                                "Memory that the model may take: 8GB. Otherwise what this machine has.",
                                "Minne som modellen får ta: 8GB. Annars det som finns i datorn."),
                        FormField.optional(
                                "disk",
                                new Amount(Amount.Unit.BYTES),
                                "Space on disk that its file may take: 5GB.",
                                "Utrymme på disk som dess fil får ta: 5GB."),
                        FormField.optional(
                                "cost_per_1000",
                                new RealNumber(0, 1e9),
                                "What 1,000 requests may cost, in the currency of the price file.",
                                "Vad 1 000 frågor får kosta, i prisfilens valuta."),
                        FormField.optional(
                                "languages",
                                new Several(new Text(8), 100),
                                "Languages of the texts, as codes: en, sv, de.",
                                "Texternas språk, som koder: en, sv, de."),
                        FormField.optional(
                                        "licenses",
                                        new Several(new Text(100), 100),
                                        "Licenses that will do: open (no conditions on use), commercial (a business may "
                                                + "use it, perhaps under terms), any, or ids such as apache-2.0.",
                                        "Licenser som duger: open (inga villkor för användning), commercial (företag "
                                                + "får använda modellen, kanske med villkor), any (alla), eller namn "
                                                + "som apache-2.0.")
                                .usually("commercial"),
                        FormField.optional(
                                        "privacy",
                                        new Choice(Privacy.labels()),
                                        "local: texts never leave this machine. redacted: they may, once personal data "
                                                + "is taken out. open: they may.",
                                        "local: texterna lämnar aldrig datorn. redacted: de får, när personuppgifter "
                                                + "tagits bort. open: de får.")
                                .usually("local")));
    }

    private static FormSection data() {
        return new FormSection(
                new Wording(
                        "Examples of the task with right answers: .csv, .tsv or .jsonl, UTF-8. Paths from this file.",
                        "Exempel på uppgiften med rätta svar: .csv, .tsv eller .jsonl, UTF-8. Sökvägar från denna fil."),
                List.of(
                        FormField.optional(
                                "file",
                                NAME,
                                "One file, split into parts by Lilla; or give train and test instead.",
                                "En fil, som Lilla delar upp; eller ange train och test i stället."),
                        FormField.optional(
                                "train",
                                NAME,
                                "Examples to tune with and to show in prompts.",
                                "Exempel att träna med och att visa i frågor."),
                        FormField.optional(
                                "validation",
                                NAME,
                                "Examples to choose settings by.",
                                "Exempel att välja inställningar med."),
                        FormField.optional(
                                "test",
                                NAME,
                                "Examples to judge by, which nothing else sees.",
                                "Exempel att bedöma med, som inget annat får se."),
                        FormField.optional(
                                "split",
                                new Nested(new FormSection(
                                        new Wording(
                                                "How file is split. Rows of equal input stay together.",
                                                "Hur file delas. Rader med lika indata hålls ihop."),
                                        List.of(
                                                FormField.optional(
                                                                "test",
                                                                new RealNumber(0, 0.9),
                                                                "Share to judge by.",
                                                                "Andel att bedöma med.")
                                                        .usually("0.2"),
                                                FormField.optional(
                                                                "validation",
                                                                new RealNumber(0, 0.5),
                                                                "Share to choose settings by.",
                                                                "Andel att välja inställningar med.")
                                                        .usually("0.1"),
                                                FormField.optional(
                                                                "seed",
                                                                new WholeNumber(0, Integer.MAX_VALUE),
                                                                "Another seed, another split.",
                                                                "Ett annat frö, en annan delning.")
                                                        .usually("1")))),
                                "How file is split. Rows of equal input stay together.",
                                "Hur file delas. Rader med lika indata hålls ihop."),
                        FormField.optional(
                                "columns",
                                new Nested(new FormSection(
                                        new Wording("What the columns are called.", "Vad kolumnerna heter."),
                                        List.of(
                                                FormField.optional(
                                                                "input",
                                                                NAME,
                                                                "What the model gets: a text, a question.",
                                                                "Det modellen får: en text, en fråga.")
                                                        .usually("input"),
                                                FormField.optional(
                                                                "output",
                                                                NAME,
                                                                "The right answer: a label, JSON, a text.",
                                                                "Det rätta svaret: en klass, JSON, en text.")
                                                        .usually("output"),
                                                FormField.optional(
                                                        "context",
                                                        NAME,
                                                        "The text that a question is about.",
                                                        "Texten som en fråga gäller."),
                                                FormField.optional(
                                                        "id",
                                                        NAME,
                                                        "A name for each row; the line number otherwise.",
                                                        "Ett namn på varje rad; annars radnumret.")))),
                                "What the columns are called.",
                                "Vad kolumnerna heter."),
                        FormField.optional(
                                "delimiter",
                                new Text(1),
                                "Between columns, where it is neither comma nor tab.",
                                "Mellan kolumner, om det varken är komma eller tabb.")));
    }

    private static FormSection candidates() {
        return new FormSection(
                new Wording(
                        "Which models are compared. lilla candidates shows who is in or out, and why.",
                        "Vilka modeller som jämförs. lilla candidates visar vilka som är med, och varför."),
                List.of(
                        FormField.optional(
                                "models",
                                new Several(NAME, 100),
                                "Names of the catalog, your own entries among them; all of the catalog otherwise.",
                                "Namn ur katalogen, även dina egna; annars hela katalogen."),
                        FormField.optional(
                                "exclude", new Several(NAME, 100), "Models to leave out.", "Modeller att utelämna."),
                        FormField.optional(
                                        "types",
                                        new Several(TYPES, 20),
                                        "What weights are stored as; fewer bits are smaller and faster.",
                                        "Hur vikter lagras; färre bitar är mindre och snabbare.")
                                .usually("[q4_k_m, q8_0]"),
                        FormField.optional(
                                        "max",
                                        new WholeNumber(1, 50),
                                        "How many models are compared.",
                                        "Hur många modeller som jämförs.")
                                .usually("3"),
                        FormField.optional(
                                "context",
                                new WholeNumber(64, CONTEXT_MAX),
                                "Tokens of the longest request with its answer; from the data otherwise.",
                                "Token i den längsta frågan med svar; annars ur data."),
                        FormField.optional(
                                "prompt_tokens",
                                new WholeNumber(1, CONTEXT_MAX),
                                "Tokens of a usual request; from the data otherwise.",
                                "Token i en vanlig fråga; annars ur data."),
                        FormField.optional(
                                "answer_tokens",
                                new WholeNumber(1, CONTEXT_MAX),
                                "Tokens of a usual answer; from the data otherwise.",
                                "Token i ett vanligt svar; annars ur data."),
                        FormField.optional(
                                "remote",
                                new Several(new Nested(remote()), REMOTE_MAX),
                                "Models elsewhere to compare with; needs privacy: open. "
                                        + "[{api: openai, model: gpt-4o-mini, key: OPENAI_API_KEY}]",
                                "Modeller på annat håll att jämföra med; kräver privacy: open. "
                                        + "[{api: openai, model: gpt-4o-mini, key: OPENAI_API_KEY}]")));
    }

    private static FormSection remote() {
        return new FormSection(
                new Wording("A model elsewhere.", "En modell på annat håll."),
                List.of(
                        FormField.optional(
                                        "api",
                                        new Choice(RemoteApi.labels()),
                                        "How it is spoken to: openai (most providers and servers) or anthropic.",
                                        "Hur man talar med den: openai (de flesta) eller anthropic.")
                                .required(),
                        FormField.optional(
                                        "model",
                                        new Text(200),
                                        "What the provider calls it.",
                                        "Vad leverantören kallar den.")
                                .required(),
                        FormField.optional(
                                "url",
                                NAME,
                                "Where the API is; that of its inventor otherwise. https, or http on this machine.",
                                "Var API:et finns; annars hos upphovet. https, eller http på den egna datorn."),
                        FormField.optional(
                                "key",
                                NAME,
                                "The environment variable that holds the key; never the key itself.",
                                "Miljövariabeln som har nyckeln; aldrig nyckeln själv."),
                        FormField.optional(
                                "name",
                                new Text(100),
                                "What it is called in tables and in the price file; as the provider does otherwise.",
                                "Vad den heter i tabeller och i prisfilen; annars som hos leverantören.")));
    }

    private static FormSection evaluation() {
        return new FormSection(
                new Wording("How quality is measured.", "Hur kvaliteten mäts."),
                List.of(
                        FormField.optional(
                                "system",
                                WORDS,
                                "What the model is told about its role.",
                                "Vad modellen får veta om sin roll."),
                        FormField.optional(
                                "prompt",
                                WORDS,
                                "The request. {input}, {context} and {labels} are filled in.",
                                "Frågan. {input}, {context} och {labels} fylls i."),
                        FormField.optional(
                                        "shots",
                                        new WholeNumber(0, 64),
                                        "Examples of the training data in each request.",
                                        "Exempel ur träningsdata i varje fråga.")
                                .usually("0"),
                        FormField.optional(
                                "decoding",
                                new Nested(new FormSection(
                                        new Wording("How answers are chosen.", "Hur svar väljs."),
                                        List.of(
                                                FormField.optional(
                                                                "temperature",
                                                                new RealNumber(0, 5),
                                                                "0 is the likeliest answer, always the same.",
                                                                "0 är det troligaste svaret, alltid detsamma.")
                                                        .usually("0"),
                                                FormField.optional(
                                                                "top_p",
                                                                new RealNumber(0, 1),
                                                                "Share of probability that is drawn from.",
                                                                "Andel av sannolikheten som dras ur.")
                                                        .usually("1"),
                                                FormField.optional(
                                                                "top_k",
                                                                new WholeNumber(0, 1_000_000),
                                                                "Tokens that are drawn from; 0 for all.",
                                                                "Token som dras ur; 0 för alla.")
                                                        .usually("0"),
                                                FormField.optional(
                                                        "max_tokens",
                                                        new WholeNumber(1, CONTEXT_MAX),
                                                        "Longest answer, in tokens.",
                                                        "Längsta svar, i token.")))),
                                "How answers are chosen.",
                                "Hur svar väljs."),
                        FormField.optional(
                                        "seeds",
                                        new Several(new WholeNumber(0, Integer.MAX_VALUE), 100),
                                        "Where the temperature is above 0, each test example is answered with each seed, and"
                                                + " scores are means. Tuning has one seed of its own.",
                                        "Där temperaturen är över 0 besvaras varje testexempel med varje frö, och "
                                                + "resultaten är medelvärden. Träning har ett eget frö.")
                                .usually("[1]"),
                        FormField.optional(
                                        "repeats",
                                        new WholeNumber(1, 100),
                                        "How often each test example is answered with each seed.",
                                        "Hur ofta varje testexempel besvaras med varje frö.")
                                .usually("1"),
                        FormField.optional(
                                "limit",
                                new WholeNumber(1, Integer.MAX_VALUE),
                                "At most so many test rows; all otherwise.",
                                "Högst så många testrader; annars alla.")));
    }

    private static FormSection optimization() {
        return new FormSection(
                new Wording("What lilla optimize may try.", "Vad lilla optimize får prova."),
                List.of(
                        FormField.optional(
                                        "types",
                                        new Several(TYPES, 20),
                                        "Types to quantize to.",
                                        "Typer att kvantisera till.")
                                .usually("[q8_0, q6_k, q4_k_m, q4_0]"),
                        FormField.optional(
                                        "prune",
                                        new Several(new Choice(Optimization.Pruning.labels()), 10),
                                        "What may be cut out: layers, heads, width.",
                                        "Vad som får skäras bort: layers (lager), heads (huvuden), width (bredd).")
                                .usually("[]"),
                        FormField.optional(
                                        "tune",
                                        new Choice(Optimization.Tuning.labels()),
                                        "Whether a model is tuned on the training data: none or lora.",
                                        "Om en modell tränas på träningsdata: none (nej) eller lora.")
                                .usually("lora"),
                        FormField.optional(
                                        "budget",
                                        new Amount(Amount.Unit.TIME),
                                        "Time that the search may take.",
                                        "Tid som sökningen får ta.")
                                .usually("1h")));
    }

    private static FormSection deployment() {
        return new FormSection(
                new Wording("How the chosen model is served.", "Hur den valda modellen körs."),
                List.of(
                        FormField.optional(
                                        "target",
                                        new Choice(Deployment.Target.labels()),
                                        "local: this model alone. hybrid: a cloud model takes what this one cannot, where "
                                                + "privacy allows.",
                                        "local: bara denna modell. hybrid: en molnmodell tar det denna inte klarar, där "
                                                + "privacy tillåter.")
                                .usually("local"),
                        FormField.optional("folder", NAME, "Where lilla deploy writes.", "Dit lilla deploy skriver.")
                                .usually("deploy"),
                        FormField.optional("port", new WholeNumber(1, 65_535), "Port of the server.", "Serverns port.")
                                .usually("8080")));
    }
}
