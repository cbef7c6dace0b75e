package dev.lilla.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CsvReaderTest {
    private static List<CsvReader.Row> rows(String csv) throws IOException {
        CsvReader reader = new CsvReader(new StringReader(csv), "data.csv", ',');
        List<CsvReader.Row> rows = new ArrayList<>();
        for (Optional<CsvReader.Row> row = reader.read(); row.isPresent(); row = reader.read()) {
            rows.add(row.get());
        }
        return rows;
    }

    private static List<List<String>> fields(String csv) throws IOException {
        return rows(csv).stream().map(CsvReader.Row::fields).toList();
    }

    @Nested
    class Reads {
        @Test
        void plainFieldsAndEmptyOnes() throws IOException {
            assertThat(fields("a,b,c\r\n1,,3\r\n,,\r\n"))
                    .containsExactly(List.of("a", "b", "c"), List.of("1", "", "3"), List.of("", "", ""));
        }

        @Test
        void quotesWithDelimitersBreaksAndQuotesInside() throws IOException {
            assertThat(fields("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\n\"\",x,\"\"\"\"\n"))
                    .containsExactly(List.of("a,b", "say \"hi\"", "two\r\nlines"), List.of("", "x", "\""));
        }

        @Test
        void everyKindOfLineBreakAndNoneAtTheEnd() throws IOException {
            assertThat(fields("a\nb\rc\r\nd")).containsExactly(List.of("a"), List.of("b"), List.of("c"), List.of("d"));
        }

        @Test
        void leavesOutEmptyLinesAndTheByteOrderMark() throws IOException {
            assertThat(fields("\uFEFFa,b\n\n\r\n1,2\n\n")).containsExactly(List.of("a", "b"), List.of("1", "2"));
        }

        @Test
        void keepsSpacesAsTheRfcSays() throws IOException {
            assertThat(fields(" a , b \n")).containsExactly(List.of(" a ", " b "));
        }

        @Test
        void tellsTheLineEachRecordBeginsIn() throws IOException {
            assertThat(rows("a\n\n\"1\n2\r3\r\n4\"\nlast").stream().map(CsvReader.Row::line))
                    .containsExactly(1, 3, 7);
        }

        @Test
        void nothingFromNothing() throws IOException {
            assertThat(rows("")).isEmpty();
            assertThat(rows("\n\n")).isEmpty();
        }
    }

    @Nested
    class Refuses {
        @Test
        void aQuoteWithinABareField() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows("a,b\n1,b\"c\n"))
                    .withMessageContaining("data.csv: line 2, column 4: a quote within a field");
        }

        @Test
        void textAfterAClosingQuote() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows("\"a\"x,b\n"))
                    .withMessageContaining("line 1, column 4: found 'x' after a closing quote");
        }

        @Test
        void aQuoteThatIsNeverClosedWhereItBegins() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rows("a,b\n1,\"2\n3,4\n5,6"))
                    .withMessageContaining("line 2, column 3: the quote that begins here is never closed");
        }
    }
}
