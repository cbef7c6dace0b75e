/// The page in a real browser, against a real server and model.
@NullMarked
package dev.lilla.browser;

import org.jspecify.annotations.NullMarked;
