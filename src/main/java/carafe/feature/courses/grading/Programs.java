package carafe.feature.courses.grading;

import carafe.engine.sandbox.Limits;
import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Program;

/** Runs a program; {@code owner} is whose share of the machine it takes. */
@FunctionalInterface
public interface Programs {
    Outcome run(Program program, Limits limits, String owner);
}
