/* shim.h over Google Benchmark: the only C++ source; each function only forwards. */
#include "shim.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace
{

benchmark::State *of(bm_state *state) { return reinterpret_cast<benchmark::State *>(state); }

const benchmark::State *of(const bm_state *state) { return reinterpret_cast<const benchmark::State *>(state); }

benchmark::internal::Benchmark *of(bm_case *to) { return reinterpret_cast<benchmark::internal::Benchmark *>(to); }

double unit_seconds(benchmark::TimeUnit unit) { return 1.0 / benchmark::GetTimeUnitMultiplier(unit); }

/* Why a benchmark was left, or null. From 1.8 on, Google Benchmark has other names for it; the first that fits is
 * taken. */
template <class Run>
auto error_of(const Run &run, int /*first*/) -> decltype(run.error_occurred ? run.error_message.c_str() : nullptr)
{
    return run.error_occurred ? run.error_message.c_str() : nullptr;
}

template <class Run> auto error_of(const Run &run, long /*second*/) -> decltype(run.skip_message.c_str())
{
    return static_cast<int>(run.skipped) != 0 ? run.skip_message.c_str() : nullptr;
}

class Forwarder : public benchmark::BenchmarkReporter
{
  public:
    Forwarder(bm_report *report, void *user) : report_(report), user_(user) {}

    bool ReportContext(const Context & /*context*/) override { return true; }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        std::vector<std::string> names;
        std::vector<std::vector<bm_value>> counters;
        std::vector<bm_result> results;
        names.reserve(runs.size());
        counters.reserve(runs.size());
        for (const Run &run : runs) {
            benchmark::BenchmarkName name = run.run_name;
            name.time_type.clear();
            names.push_back(name.str());
            counters.emplace_back();
            for (const auto &counter : run.counters)
                counters.back().push_back({counter.first.c_str(), counter.second.value});
            const bool aggregate = run.run_type == Run::RT_Aggregate;
            const bool ratio = aggregate && run.aggregate_unit == benchmark::kPercentage;
            results.push_back(
                {names.back().c_str(), aggregate ? run.aggregate_name.c_str() : nullptr, run.report_label.c_str(),
                 error_of(run, 0),
                 ratio ? run.real_accumulated_time : run.GetAdjustedRealTime() * unit_seconds(run.time_unit),
                 run.iterations, run.repetitions, counters.back().data(), counters.back().size()});
        }
        report_(results.data(), results.size(), user_);
    }

  private:
    bm_report *report_;
    void *user_;
};

/* Forwards to another reporter what can be written as JSON. Google Benchmark's coefficient of variation of a counter
 * that is always 0 is NaN: it becomes 0. Any other counter that is not finite is left out. */
class Finite : public benchmark::BenchmarkReporter
{
  public:
    explicit Finite(benchmark::BenchmarkReporter *to) : to_(to) {}

    bool ReportContext(const Context &context) override
    {
        to_->SetOutputStream(&GetOutputStream());
        to_->SetErrorStream(&GetErrorStream());
        return to_->ReportContext(context);
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        std::vector<Run> finite = runs;
        for (Run &run : finite) {
            const bool variation = run.run_type == Run::RT_Aggregate && run.aggregate_unit == benchmark::kPercentage;
            for (auto at = run.counters.begin(); at != run.counters.end();) {
                const bool good = std::isfinite(at->second.value);
                if (!good && variation)
                    at->second.value = 0.0;
                if (good || variation)
                    ++at;
                else
                    at = run.counters.erase(at);
            }
        }
        to_->ReportRuns(finite);
    }

    void Finalize() override { to_->Finalize(); }

  private:
    benchmark::BenchmarkReporter *to_;
};

/* Whether reports also go to a JSON file. Google Benchmark has no function for that, so this looks at the arguments
 * before Google Benchmark removes them. */
bool json_file;

/* The last --name=value, else the environment's, else the default. */
std::string flag_value(int argc, char **argv, const char *name, const char *variable, const char *otherwise)
{
    const char *inherited = std::getenv(variable);
    std::string value = inherited != nullptr ? inherited : otherwise;
    const std::string start = std::string("--") + name + "=";
    for (int i = 1; i < argc; i++)
        if (std::strncmp(argv[i], start.c_str(), start.size()) == 0)
            value = argv[i] + start.size();
    return value;
}

} // namespace

void bm_initialize(int *argc, char **argv, void (*help)(void))
{
    json_file = !flag_value(*argc, argv, "benchmark_out", "BENCHMARK_OUT", "").empty() &&
                flag_value(*argc, argv, "benchmark_out_format", "BENCHMARK_OUT_FORMAT", "json") == "json";
    benchmark::Initialize(argc, argv, help != nullptr ? help : benchmark::PrintDefaultHelp);
}

void bm_help(void) { benchmark::PrintDefaultHelp(); }

bool bm_unrecognized(int argc, char **argv) { return benchmark::ReportUnrecognizedArguments(argc, argv); }

void bm_context(const char *key, const char *value) { benchmark::AddCustomContext(key, value); }

size_t bm_run(bm_report *report, void *user)
{
    Forwarder forwarder(report, user);
    Finite plain(benchmark::CreateDefaultDisplayReporter());
    benchmark::JSONReporter json;
    Finite file(&json);
    benchmark::BenchmarkReporter *display = &plain;
    if (report != nullptr)
        display = &forwarder;
    const size_t count = benchmark::RunSpecifiedBenchmarks(display, json_file ? &file : nullptr);
    benchmark::Shutdown();
    return count;
}

bm_case *bm_register(const char *name, bm_function *function, void *user)
{
    auto run = [function, user](benchmark::State &state) { function(reinterpret_cast<bm_state *>(&state), user); };
    return reinterpret_cast<bm_case *>(benchmark::RegisterBenchmark(name, run));
}

void bm_with_args(bm_case *to, const int64_t *values, size_t count)
{
    of(to)->Args(std::vector<int64_t>(values, values + count));
}

void bm_with_range(bm_case *to, int64_t low, int64_t high) { of(to)->Range(low, high); }

void bm_with_steps(bm_case *to, int64_t low, int64_t high, int64_t step)
{
    for (int64_t value = low; value <= high; value += step)
        of(to)->Arg(value);
}

void bm_name_args(bm_case *to, const char *const *names, size_t count)
{
    of(to)->ArgNames(std::vector<std::string>(names, names + count));
}

void bm_use_manual_time(bm_case *to) { of(to)->UseManualTime(); }

bool bm_keep_running(bm_state *state) { return of(state)->KeepRunning(); }

bool bm_keep_running_batch(bm_state *state, int64_t iterations) { return of(state)->KeepRunningBatch(iterations); }

void bm_pause(bm_state *state) { of(state)->PauseTiming(); }

void bm_resume(bm_state *state) { of(state)->ResumeTiming(); }

void bm_iteration_time(bm_state *state, double seconds) { of(state)->SetIterationTime(seconds); }

int64_t bm_arg(const bm_state *state, size_t index) { return of(state)->range(index); }

int64_t bm_iterations(const bm_state *state) { return of(state)->iterations(); }

void bm_counter(bm_state *state, const char *name, double value, unsigned flags)
{
    using benchmark::Counter;
    const struct {
        unsigned bit;
        Counter::Flags flag;
    } all[] = {
        {BM_RATE, Counter::kIsRate},
        {BM_PER_ITERATION, Counter::kAvgIterations},
        {BM_TIMES_ITERATIONS, Counter::kIsIterationInvariant},
        {BM_INVERT, Counter::kInvert},
    };
    Counter::Flags chosen = Counter::kDefaults;
    for (const auto &one : all)
        if ((flags & one.bit) != 0)
            chosen = chosen | one.flag;
    of(state)->counters[name] =
        Counter(value, chosen, (flags & BM_BASE_1024) != 0 ? Counter::kIs1024 : Counter::kIs1000);
}

void bm_bytes_processed(bm_state *state, int64_t bytes) { of(state)->SetBytesProcessed(bytes); }

void bm_items_processed(bm_state *state, int64_t items) { of(state)->SetItemsProcessed(items); }

void bm_label(bm_state *state, const char *label) { of(state)->SetLabel(label); }

void bm_skip(bm_state *state, const char *message) { of(state)->SkipWithError(message); }
