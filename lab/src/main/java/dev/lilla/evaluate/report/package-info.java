/// Results as a page: self-contained HTML with charts in SVG, for the screen and for paper.
@NullMarked
package dev.lilla.evaluate.report;

import org.jspecify.annotations.NullMarked;
