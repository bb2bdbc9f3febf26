package carafe.engine.llm.local;

import carafe.engine.llm.local.host.HostArguments;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** Starts a model's process and waits until it is ready; what fails to become ready is ended. */
record Launcher(Path runFolder, int threads, Duration limit) {
    /** @param started told of the process before it is ready; whoever stops it ends the wait */
    ModelProcess launch(ModelFile file, Footprint footprint, LastLines errors, Consumer<ModelProcess> started)
            throws IOException, InterruptedException {
        Path folder = RunFolder.create(runFolder);
        Path port = folder.resolve("port");
        HostArguments arguments = new HostArguments(
                file.path().toAbsolutePath(),
                port,
                file.id(),
                footprint.slots(),
                footprint.engines(),
                footprint.context(),
                threads);
        ModelProcess process = ModelProcess.start(folder, arguments, errors);
        try {
            started.accept(process);
            process.awaitReady(port, limit);
            return process;
        } catch (IOException | InterruptedException e) {
            process.stop();
            throw e;
        }
    }
}
