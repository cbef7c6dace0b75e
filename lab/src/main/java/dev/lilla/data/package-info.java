/// Tables of text as users have them: CSV, TSV and JSON lines, read a row at a time.
@NullMarked
package dev.lilla.data;

import org.jspecify.annotations.NullMarked;
