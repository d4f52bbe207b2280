// Judges a reader by the plain index of an exported corpus: java Harness.java CORPUS UNCLAIMED READER...
// harness.py says what the arguments and the exit status mean. A library takes the place of readDisk().

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

public class Harness {
    /** accepted, reject, or what else happened. */
    static String readDisk(List<String> reader, Path image, Path out) throws Exception {
        List<String> command = new ArrayList<>(reader);
        command.addAll(List.of(image.toString(), out.toString()));
        int status = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start().waitFor();
        return status == 0 ? "accepted" : status == 1 ? "reject" : "crash, exit status " + status;
    }

    static String judge(Path corpus, String answer, List<String> expected, boolean claimed, Path out)
            throws IOException {
        if (answer.startsWith("crash")) return answer;
        if (expected.contains(answer) || expected.get(0).equals("any")) return "pass";
        if (answer.equals("reject")) return claimed ? "a good image was refused" : "unsupported";
        List<String> disks = expected.stream().filter(word -> !word.equals("reject")).toList();
        if (disks.isEmpty()) return "a bad image was accepted";
        for (String disk : disks)
            if (Files.exists(out) && Files.mismatch(corpus.resolve(disk), out) < 0) return "pass";
        return "wrong bytes";
    }

    public static void main(String[] args) throws Exception {
        Path corpus = Path.of(args[0]);
        Set<String> unclaimed = Set.of(args[1].split(","));
        List<String> reader = Arrays.asList(args).subList(2, args.length);
        Path folder = Files.createTempDirectory("harness-");
        Path out = folder.resolve("disk.raw");
        int pass = 0, fail = 0, unsupported = 0;
        boolean mustFailed = false;
        List<String> lines = Files.readAllLines(corpus.resolve("index.tsv"));
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split("\t");
            if (fields[4].equals("-")) continue;
            boolean claimed = Arrays.stream(fields[2].split(",")).noneMatch(unclaimed::contains);
            String answer = readDisk(reader, corpus.resolve(fields[3]), out);
            String found = judge(corpus, answer, List.of(fields[4].split("\\|")), claimed, out);
            Files.deleteIfExists(out);
            if (found.equals("pass")) pass++;
            else if (found.equals("unsupported")) unsupported++;
            else {
                fail++;
                System.out.printf("%s (%s): %s%n", fields[0], fields[1], found);
                mustFailed |= fields[1].equals("must");
            }
        }
        Files.delete(folder);
        System.out.printf("%d pass, %d fail, %d unsupported%n", pass, fail, unsupported);
        System.exit(pass + fail + unsupported == 0 ? 2 : mustFailed ? 1 : 0);
    }
}
